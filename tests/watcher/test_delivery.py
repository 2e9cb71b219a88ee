"""Messages through Apprise, to real receivers: as plain text, whatever their length, to the slow ones once."""

import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.alerts.alert import Alert, Subject
from domain.alerts.kinds import AlertKind
from domain.errors.alerts.events import RunHasFailed
from domain.message_data import MessageData
from domain.tracking.history import History
from tests.watcher.mail import Mail
from tests.watcher.receivers import Webhook
from watcher.sending.chart import curve
from watcher.sending.delivery import Delivery, MessageText
from watcher.sending.markup import literal
from watcher.sending.texts import message_of

DELIVERY = Delivery(frozenset())


def test_a_slow_receiver_gets_a_message_once(webhook: Webhook) -> None:
    """Apprise would close after four seconds, and then it is unknown whether it was received."""
    webhook.before = lambda _message: time.sleep(5)
    assert DELIVERY.send(webhook.url, MessageText("slow", "body")) is None
    assert webhook.titles == ["slow"]


def test_a_message_too_long_for_the_service_is_sent_in_parts(webhook: Webhook) -> None:
    lines = [f"line {number} of many" for number in range(4_000)]
    assert DELIVERY.send(webhook.url, MessageText("long", "\n".join(lines))) is None
    assert len(webhook.messages) > 1
    assert [one for message in webhook.messages for one in message["message"].splitlines() if one] == lines


def test_a_name_with_markup_is_sent_as_plain_text() -> None:
    with Mail() as mail:
        assert DELIVERY.send(mail.url, MessageText("a <b>run</b>", "<b>run</b> & more\nhas failed")) is None
        (message,) = mail.messages
        assert message.get_content_type() == "text/plain"
        assert message.get_content().split() == ["<b>run</b>", "&", "more", "has", "failed"]  # type: ignore[attr-defined]
        assert str(message["Subject"]) == "a <b>run</b>"


# A name, and what must be nowhere in a message of it: ⌷ stands for an invisible space.
LOUD = "@everyone <!channel> **big** __u__ [here](https://evil.example) https://evil.example|ours> ppo_lr_3\n# head"


def message_with_markup(url: str) -> MessageText:
    text = MessageData.of(RunHasFailed(LOUD, "maze"))
    alert = Alert(id="0" * 16, kind=AlertKind.FAILED, subject=Subject(key="k", name="n"), text=text, since_ms=1)
    return message_of([alert], "en", "https://clew.example.com", literal(url))


def test_a_name_mentions_no_person_and_is_not_formatted(webhook: Webhook) -> None:
    url = f"mmost://127.0.0.1:{webhook.port}/3ccdd113474722377935511fc85d3dd4"
    assert DELIVERY.send(url, message_with_markup(url)) is None
    text = webhook.messages[0]["text"].replace("\u200b", "⌷")
    name = r"@⌷everyone <⌷!⌷channel\> \*\*big\*\* \_\_u\_\_ \[here\]\(https:⌷//evil.example\)"
    assert text.count(name) == 2  # in the heading, and below it
    assert "ppo_lr_3 \\# head" in text
    assert text.splitlines()[-2:] == ["https://clew.example.com/alerts", "[0000000000000000]"]


def test_in_slack_a_name_is_no_mention_and_no_link() -> None:
    text = message_with_markup("slack://TokenAAAA/TokenBBBBBB/TokenCCCCCCCC").title
    for call in ("@everyone", "!channel", "](", "https://"):
        assert call not in text
    assert "**big**" in text


@pytest.mark.parametrize("url", ["json://h", "mailtos://u:p@h", "jsons://h", "ntfy://h/t"])
def test_programs_and_mail_get_a_name_unchanged(url: str) -> None:
    assert message_with_markup(url).title == f"Clew: {' '.join(LOUD.split())} (maze) has failed."


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=20))
@example([-1.7e308, 1.7e308])
@example([0.0, 5e-324])
def test_any_history_can_be_drawn(values: list[float]) -> None:
    steps = np.arange(len(values))
    picture = curve(History(step=steps, value=np.array(values), timestamp=steps), "run · reward")
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
