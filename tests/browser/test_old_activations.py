"""The history of activations on the models page: its newest, what overruled a deletion, and links to the others."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dash.testing.browser import Browser

from domain.registry.models import MAX_ACTIVATIONS, Activation
from services.registry.activations.tags import HISTORY_TAG
from tests.browser.page import Page
from tests.misbehaving import Misbehaving
from tests.tracking import Tracking


def activated(tracking: Tracking, name: str, number: int, *, met: bool = False) -> None:
    """Stores an activation as another Clew would have."""
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)
    activation = Activation(at=at, model_id="1", by=f"person {number}", reason="better", overrules_deletion=met)
    key = f"{HISTORY_TAG}{at.strftime('%Y%m%dT%H%M%S%f')}-{number:06x}"
    tracking.post("registered-models/set-tag", {"name": name, "key": key, "value": activation.model_dump_json()})


def test_the_newest_activations_are_listed_and_the_place_of_older_ones_is_stated(
    dash_br: Browser, serve: Callable[..., str], misbehaving: Misbehaving, tracking: Tracking
) -> None:
    name = f"maze-{uuid.uuid4().hex[:8]}"
    tracking.model(name)
    for number in range(MAX_ACTIVATIONS + 10):
        activated(tracking, name, number, met=number == MAX_ACTIVATIONS + 8)
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=name))
    page.open("/models")
    page.wait(lambda: len(page.all("#models-history tbody tr")) == 20)
    text = page.text("#models-history")
    assert f"person {MAX_ACTIVATIONS + 9}\t" in text
    assert text.count("It was deleted at the same time") == 1
    assert f"The newest 20 are shown; /api/models/history returns the newest {MAX_ACTIVATIONS}." in text
    assert f"Older ones are in the tags of the registered model {name}-activations in MLflow." in text
    activated(tracking, name, MAX_ACTIVATIONS + 10)  # the number shown stays; the list is redrawn
    page.wait(lambda: f"person {MAX_ACTIVATIONS + 10}\t" in page.text("#models-history"))
    assert page.console_errors() == []
