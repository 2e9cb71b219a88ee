"""Messages through Apprise, to real receivers: as plain text, whatever their length, to the slow ones once."""

import time

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from domain.tracking.history import History
from tests.watcher.mail import Mail
from tests.watcher.receivers import Webhook
from watcher.sending.chart import curve
from watcher.sending.delivery import Delivery, MessageText

DELIVERY = Delivery(frozenset())


def test_a_receiver_that_takes_long_is_told_once(webhook: Webhook) -> None:
    """Apprise would hang up after four seconds, and then nobody knows that it was taken."""
    webhook.before = lambda _message: time.sleep(5)
    assert DELIVERY.send(webhook.url, MessageText("slow", "body")) is None
    assert webhook.titles == ["slow"]


def test_a_message_longer_than_the_service_takes_comes_in_parts(webhook: Webhook) -> None:
    lines = [f"line {number} of many" for number in range(4_000)]
    assert DELIVERY.send(webhook.url, MessageText("long", "\n".join(lines))) is None
    assert len(webhook.messages) > 1
    assert [one for message in webhook.messages for one in message["message"].splitlines() if one] == lines


def test_a_name_is_no_markup() -> None:
    with Mail() as mail:
        assert DELIVERY.send(mail.url, MessageText("a <b>run</b>", "<b>run</b> & more\nhas failed")) is None
        (message,) = mail.messages
        assert message.get_content_type() == "text/plain"
        assert message.get_content().split() == ["<b>run</b>", "&", "more", "has", "failed"]  # type: ignore[attr-defined]
        assert str(message["Subject"]) == "a <b>run</b>"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20))
@example([-1.7e308, 1.7e308])
@example([0.0, 5e-324])
def test_any_values_are_a_picture(values: list[float]) -> None:
    steps = np.arange(len(values))
    picture = curve(History(step=steps, value=np.array(values), timestamp=steps), "run · reward")
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
