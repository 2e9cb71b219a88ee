"""The message for an activation that met a deletion, and the links to the activations that the page does not show."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from plotly.utils import PlotlyJSONEncoder

from components.models.activations import MAX_SHOWN, activations
from components.models.model_change import answer
from domain.registry.changes import ChangeOutcome, ChangeRequest, ChangeResult, ChangeVerb
from domain.registry.models import MAX_ACTIVATIONS, Activation, ModelList

TRANSLATIONS = Path(__file__).parents[2] / "components" / "translations"
MET = {
    "en": "It was deleted at the same time: once another model is active, it is listed as deleted.",
    "ja": "同時にこのモデルが削除されました。別のモデルがアクティブになると、削除済みとして表示されます。",
}


@pytest.fixture(params=MET)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Sets the reader's language."""
    server = Flask("spoken")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(server, locale_selector=lambda: request.param)
    with server.test_request_context("/"):
        yield request.param


def make_activation(
    *, overruled: bool = False, reason: str | None = None, former_id: str = "1", number: int = 0
) -> Activation:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return Activation(at=at, model_id="3", former_id=former_id, reason=reason, overrules_deletion=overruled)


def shown(*history: Activation) -> str:
    """Returns the list of activations as the page gets it."""
    listed = activations(history, ModelList(models=[]), "maze")
    return json.dumps(listed, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize("overruled", [False, True])
@pytest.mark.parametrize("verb", [ChangeVerb.ACTIVATE, ChangeVerb.TRY, ChangeVerb.UNDO])
def test_the_toast_of_an_activation_states_whether_it_overruled_a_deletion(
    language: str, verb: ChangeVerb, overruled: bool
) -> None:
    undone = "1" if verb is ChangeVerb.UNDO else None
    request = ChangeRequest(id="0" * 32, verb=verb, model_id="3", in_place_of=undone)
    result = ChangeResult(outcome=ChangeOutcome.DONE, activation=make_activation(overruled=overruled))
    sentence = answer(request, result)["sentence"]
    assert sentence.endswith(MET[language]) == overruled
    assert MET[language] != sentence


def test_an_activation_shows_the_change_of_the_success_rate_or_else_of_the_return() -> None:
    server = Flask("spoken")
    Babel(server)
    with server.test_request_context("/"):
        returns = {"mean_return": 480.5, "former_mean_return": 500.0}
        assert '"return -19.5"' in shown(make_activation().model_copy(update=returns))
        rates = {"success_rate": 0.5, "former_success_rate": 0.25}
        assert '"+25.0 points"' in shown(make_activation().model_copy(update=returns | rates))


@pytest.mark.parametrize("verb", [ChangeVerb.DELETE, ChangeVerb.RESTORE])
def test_the_toast_of_a_deletion_or_restoration_mentions_no_overruled_deletion(language: str, verb: ChangeVerb) -> None:
    request = ChangeRequest(id="0" * 32, verb=verb, model_id="3")
    assert MET[language] not in answer(request, ChangeResult(outcome=ChangeOutcome.DONE))["sentence"]


@pytest.mark.parametrize("reason", [None, "better"])
def test_the_history_shows_the_overruled_deletion_next_to_the_reason(language: str, reason: str | None) -> None:
    text = shown(make_activation(overruled=True, reason=reason), make_activation(reason="calm"))
    assert text.count(MET[language]) == 1
    assert (reason or "–") in text
    assert "calm" in text


@pytest.mark.parametrize(
    ("known", "shows_count", "shows_older"),
    [
        (1, False, False),
        (MAX_SHOWN, False, False),
        (MAX_SHOWN + 1, True, False),
        (MAX_ACTIVATIONS - 1, True, False),
        (MAX_ACTIVATIONS, True, True),
    ],
)
def test_a_cut_history_links_to_the_remaining_activations(
    language: str, known: int, shows_count: bool, shows_older: bool
) -> None:
    text = shown(*(make_activation(number=-number) for number in range(known)))
    assert text.count('"Tr"') == 1 + min(known, MAX_SHOWN)
    assert ("/api/models/history" in text) == shows_count
    assert ("maze-activations" in text) == shows_older
