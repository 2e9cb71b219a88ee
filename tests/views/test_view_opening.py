"""Where an address leads: its short form, its view or its experiment's default, combined with its own parameters."""

from typing import Any

import pytest
import requests

from domain.errors.views.records import NoSuchView, ShortAddressUnknown
from domain.messages import Message
from domain.views.changes import ViewOutcome, ViewVerb
from domain.views.opening import ResolvedQuery
from mlflow_api.views import ADDRESSES
from tests.misbehaving import ERROR_500, Misbehaving
from tests.tracking import Tracking
from tests.views.conftest import Host, host_on
from tests.views.test_view_store import tag

RUNS = "runs=a,b&axis=episodes&column=param:a,b&column=tag:%26&lost="
READ = {"runs": "a,b", "axis": "episodes", "column": ["param:a,b", "tag:&"], "lost": ""}


def opened(host: Host, defaults: bool = True, **query: str | list[str]) -> ResolvedQuery:
    return host.views.opening.open(query, defaults)


def code_of(found: ResolvedQuery) -> str | None:
    return found.failure.code if isinstance(found.failure, Message) else None


def test_an_address_without_a_view_or_short_form_is_read_unchanged(host: Host) -> None:
    query: dict[str, Any] = {"runs": "a", "lang": "ja", "x": ["1", "2"]}
    assert opened(host, **query) == ResolvedQuery(query)
    assert opened(host) == ResolvedQuery({})


def test_a_short_form_is_expanded_to_its_address(host: Host, other_host: Host) -> None:
    key = host.views.addresses.keep(RUNS)
    found = opened(other_host, v=key, lang="ja")
    assert (found.query, found.full) == (READ | {"lang": "ja"}, RUNS)
    # Its own parameters take precedence.
    found = opened(other_host, v=key, axis="step", new="1")
    assert found.query == READ | {"axis": "step", "new": "1"}
    assert found.full == "runs=a,b&column=param:a,b&column=tag:%26&lost=&axis=step&new=1"


def test_own_parameters_of_an_address_override_those_of_its_view(host: Host, other_host: Host) -> None:
    view = host.saved("one", RUNS)
    found = opened(other_host, view=view.id, lang="ja")
    assert (found.query, found.full, found.view, found.is_changed) == (READ | {"lang": "ja"}, RUNS, view, False)
    found = opened(other_host, view=view.id, runs="c")
    assert (found.query, found.full, found.view, found.is_changed) == ({"runs": "c"}, None, view, True)
    key = host.views.addresses.keep("runs=c")
    found = opened(other_host, view=view.id, v=key)
    assert (found.query, found.full, found.view, found.is_changed) == ({"runs": "c"}, "runs=c", view, True)


@pytest.mark.parametrize("view", ["", "0" * 16, "none of it", "../x"])
def test_a_missing_view_is_reported_and_the_rest_is_shown(host: Host, view: str) -> None:
    found = opened(host, view=view, lang="ja")
    assert (code_of(found), found.query) == (NoSuchView.code, {"lang": "ja"})
    found = opened(host, view=view, runs="a")
    assert (found.failure, found.query, found.view) == (None, {"runs": "a"}, None)


def test_an_unknown_short_form_is_reported_and_the_rest_is_shown(host: Host) -> None:
    found = opened(host, v="0" * 32, axis="step")
    assert (code_of(found), found.query, found.full) == (ShortAddressUnknown.code, {"axis": "step"}, None)


def test_an_experiment_opens_with_the_teams_view(host: Host, other_host: Host) -> None:
    view = host.saved("one", RUNS + "&experiment=other")
    assert host.ask(ViewVerb.SET_DEFAULT, id=view.id, experiment="a, b").outcome is ViewOutcome.DONE
    found = opened(other_host, experiment="a, b", lang="ja")
    assert (found.query, found.view, found.default_of) == (
        READ | {"experiment": "a, b", "lang": "ja"},
        view,
        "a, b",
    )
    assert found.full == RUNS + "&experiment=a%2C+b"
    for more in ({"view": "none"}, {"together": "true"}, {"later": ""}):
        query: dict[str, Any] = {"experiment": "a, b", **more}
        plain = opened(other_host, **query)
        assert (plain.view, plain.full) == (None, None)
        assert plain.query == {name: value for name, value in query.items() if name != "view"}
    assert opened(other_host, defaults=False, experiment="a, b").view is None
    assert opened(other_host, experiment="other").view is None
    host.ask(ViewVerb.DELETE, id=view.id, revision=view.revision, is_confirmed=True)
    assert opened(host, experiment="a, b") == ResolvedQuery({"experiment": "a, b"})


def test_a_view_whose_address_is_deleted_is_reported(host: Host, other_host: Host, without_views: Tracking) -> None:
    view = host.saved("long", "runs=" + "a" * 6000)
    address = f"{without_views.address}/api/2.0/mlflow/registered-models/delete"
    requests.delete(address, json={"name": ADDRESSES}, timeout=20).raise_for_status()
    assert code_of(opened(other_host, view=view.id)) == ShortAddressUnknown.code
    other_host.ask(ViewVerb.SET_DEFAULT, id=view.id, experiment="x")
    found = opened(other_host, experiment="x")
    assert (code_of(found), found.query) == (ShortAddressUnknown.code, {"experiment": "x"})


def test_an_mlflow_that_fails_is_named(misbehaving: Misbehaving, without_views: Tracking, tmp_path: Any) -> None:
    host = host_on(misbehaving.address, tmp_path)
    misbehaving.answer = ERROR_500
    for query in ({"view": "0" * 16}, {"v": "0" * 32}):
        found = opened(host, **query)
        assert "500" in str(found.failure)
        assert found.query == {}
    assert opened(host, experiment="x") == ResolvedQuery({"experiment": "x"})


def test_odd_texts_in_an_address_break_no_page(host: Host) -> None:
    key = host.views.addresses.keep(RUNS)
    for odd in ("\ud800", "\x00", "%00", ["\udfff", "a"]):
        assert opened(host, v=key, axis=odd, view=odd).query["axis"] == odd
        assert opened(host, v=odd).failure is not None
        assert opened(host, experiment=odd).query == {"experiment": odd}


def test_a_hostile_view_opens_like_any_other(host: Host, without_views: Tracking) -> None:
    host.saved("first")
    hostile = '{"name":"x","query":"runs=<b>&lang=xx&view=1&v=2&experiment=%00%ff","at":"2026-11-29T12:00:00Z"}'
    tag(without_views, "clew.view." + "a" * 16, hostile)
    found = opened(host, view="a" * 16)
    assert found.query == {"runs": "<b>", "experiment": "\x00�"}
