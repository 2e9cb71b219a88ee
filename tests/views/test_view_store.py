"""Named views in a real MLflow: one host sees the other's changes, despite concurrent writers and foreign data."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from domain.errors.views.records import (
    NoSuchView,
    ViewChangedMeanwhile,
    ViewDeletedMeanwhile,
    ViewNameTaken,
    ViewsFull,
)
from domain.views.changes import ViewOutcome, ViewResult, ViewVerb
from domain.views.views import MAX_VIEWS, View
from mlflow_api.views import MAX_CHARACTERS, VIEWS
from services.views.view_tags import DEFAULT_TAG, VIEW_TAG
from tests.misbehaving import ERROR_500, Misbehaving
from tests.tracking import Tracking
from tests.views.conftest import WAITS, Host, host_on

HOSTILE = (
    "commas, and, more",
    "%{x} %(cause)s {name}",
    "<b>bold</b> & \"quotes\" 'too'",
    "a:b:c/d\\e",
    "日本語の名前 🏃",
    "‮backwards",
    "n" * 200,
)


def code_of(result: ViewResult) -> str | None:
    return None if result.cause is None else result.cause.code


def tag(tracking: Tracking, key: str, value: str) -> None:
    """Writes a tag as any client of MLflow may."""
    tracking.post("registered-models/set-tag", {"name": VIEWS, "key": key, "value": value})


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_another_host_sees_a_view_as_it_was_saved(host: Host, other_host: Host, name: str) -> None:
    query = "runs=a,b&axis=episodes&unknown=%E3%81%82+b%2C&unknown="
    saved = host.saved(name, query + "&lang=ja&view=0&v=1")
    found = other_host.views.store.find(saved.id, WAITS)
    assert found is not None
    assert (found.name, found.by, found.at) == (name, "kim", saved.at)
    assert other_host.views.store.query_of(found) == query


def test_a_long_view_is_stored_under_its_short_form(host: Host, other_host: Host) -> None:
    query = "runs=" + ",".join(f"{number:032x}" for number in range(1000))
    saved = host.saved("long", query)
    found = other_host.views.store.find(saved.id, WAITS)
    assert found is not None
    assert (found.query, found.link) == (None, saved.link)
    assert other_host.views.store.query_of(found) == query
    # Overwritten with a short one, it needs no link any more.
    shorter = host.ask(ViewVerb.REPLACE, id=saved.id, revision=saved.revision, query="axis=step").view
    assert shorter is not None
    assert (shorter.query, shorter.link, shorter.name) == ("axis=step", None, "long")


def test_views_are_renamed_overwritten_and_deleted(host: Host, other_host: Host) -> None:
    view = host.saved("one")
    other_host.saved("two")
    assert host.names() == other_host.names() == ["one", "two"]
    renamed = other_host.ask(ViewVerb.RENAME, by="lee", id=view.id, revision=view.revision, name="ten").view
    assert renamed is not None
    assert (renamed.by, renamed.query) == ("kim", view.query)  # it names the person who saved its content
    unconfirmed = host.ask(ViewVerb.DELETE, id=view.id, revision=renamed.revision)
    assert unconfirmed.outcome is ViewOutcome.ASKED
    assert other_host.names() == ["ten", "two"]
    done = host.ask(ViewVerb.DELETE, id=view.id, revision=renamed.revision, is_confirmed=True)
    assert done.outcome is ViewOutcome.DONE
    assert host.names() == ["two"]
    again = other_host.ask(ViewVerb.DELETE, id=view.id, revision=renamed.revision, is_confirmed=True)
    assert again.outcome is ViewOutcome.DONE


def test_a_repeated_request_saves_one_view(host: Host, other_host: Host) -> None:
    fields: dict[str, Any] = {"id": "0" * 16, "name": "once", "query": "axis=step"}
    assert host.ask(ViewVerb.SAVE, **fields).outcome is ViewOutcome.DONE
    assert other_host.ask(ViewVerb.SAVE, **fields).outcome is ViewOutcome.DONE
    assert host.names() == ["once"]


def test_a_taken_view_name_needs_confirmation_or_is_refused(host: Host, other_host: Host) -> None:
    one, two = host.saved("one"), host.saved("two")
    unconfirmed = other_host.ask(ViewVerb.SAVE, name="one", query="axis=step")
    assert (unconfirmed.outcome, unconfirmed.view) == (ViewOutcome.ASKED, one)
    refused = other_host.ask(ViewVerb.RENAME, id=two.id, revision=two.revision, name="one")
    assert code_of(refused) == ViewNameTaken.code
    assert host.names() == ["one", "two"]


def test_a_concurrent_change_is_not_overwritten_unseen(host: Host, other_host: Host) -> None:
    view = host.saved("one")
    fields: dict[str, Any] = {"id": view.id, "revision": view.revision}
    assert other_host.ask(ViewVerb.RENAME, name="theirs", **fields).outcome is ViewOutcome.DONE
    changes: list[tuple[ViewVerb, dict[str, Any]]] = [
        (ViewVerb.RENAME, {"name": "ours"}),
        (ViewVerb.REPLACE, {"query": "axis=step"}),
        (ViewVerb.DELETE, {"is_confirmed": True}),
    ]
    for verb, more in changes:
        result = host.ask(verb, **fields, **more)
        assert (result.outcome, code_of(result)) == (ViewOutcome.REFUSED, ViewChangedMeanwhile.code)
    assert host.names() == ["theirs"]


def test_a_view_that_was_deleted_while_it_was_open_can_be_saved_as_a_new_one(host: Host, other_host: Host) -> None:
    view = host.saved("one")
    other_host.ask(ViewVerb.DELETE, id=view.id, revision=view.revision, is_confirmed=True)
    result = host.ask(ViewVerb.REPLACE, id=view.id, revision=view.revision, query="axis=step")
    assert (result.outcome, code_of(result)) == (ViewOutcome.REFUSED, ViewDeletedMeanwhile.code)
    assert code_of(host.ask(ViewVerb.SET_DEFAULT, id=view.id, experiment="maze")) == NoSuchView.code
    assert host.saved("one").id != view.id


def at_once(*asks: Callable[[], ViewResult]) -> list[ViewResult]:
    """Runs several changes at the same moment."""
    results: list[ViewResult | None] = [None] * len(asks)
    barrier = threading.Barrier(len(asks))

    def run(place: int) -> None:
        barrier.wait()
        results[place] = asks[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [result for result in results if result is not None]


def test_the_list_shows_the_confirmed_one_of_two_concurrent_renames(host: Host, other_host: Host) -> None:
    for turn in range(5):
        view = host.saved(f"view {turn}")
        fields: dict[str, Any] = {"id": view.id, "revision": view.revision}
        names = (f"here {turn}", f"there {turn}")
        results = at_once(
            lambda: host.ask(ViewVerb.RENAME, name=names[0], **fields),  # noqa: B023
            lambda: other_host.ask(ViewVerb.RENAME, name=names[1], **fields),  # noqa: B023
        )
        found = other_host.views.store.find(view.id, WAITS)
        assert found is not None
        renamed = [result.view.name for result in results if result.outcome is ViewOutcome.DONE and result.view]
        assert found.name in renamed
        assert {result.outcome for result in results} <= {ViewOutcome.DONE, ViewOutcome.REFUSED}


def test_the_first_views_saved_by_several_hosts_at_once_are_all_kept(
    without_views: Tracking, host: Host, other_host: Host
) -> None:
    asks = [lambda n=n: (host, other_host)[n % 2].ask(ViewVerb.SAVE, name=f"{n}", query="") for n in range(6)]
    assert {result.outcome for result in at_once(*asks)} == {ViewOutcome.DONE}
    assert host.names() == other_host.names() == [f"{n}" for n in range(6)]


def test_invalid_view_tags_are_reported_and_do_not_break_the_list(
    host: Host, other_host: Host, without_views: Tracking
) -> None:
    host.saved("good")
    at = "2026-11-29T12:00:00Z"
    odd: dict[str, object] = {
        "a" * 16: "no json",
        "b" * 16: {"name": "", "query": "", "at": at},
        "c" * 16: {"name": "\u200b", "query": "", "at": at},
        "d" * 16: {"name": "neither", "at": at},
        "e" * 16: {"name": "both", "query": "", "link": "0" * 32, "at": at},
        "f" * 16: {"name": "link", "link": "../../etc/passwd", "at": at},
        "0" * 16: {"name": "no moment", "query": "", "at": "yesterday"},
        "../" + "1" * 16: {"name": "no id", "query": "", "at": at},
        "2" * 16: [1, 2],
    }
    for tail, value in odd.items():
        tag(without_views, VIEW_TAG + tail, value if isinstance(value, str) else json.dumps(value))
    tag(without_views, f"{DEFAULT_TAG}x", "{}")
    tag(without_views, "somebody.else", "is not ours")
    known = other_host.views.store.fresh(WAITS)
    assert known.views is not None
    assert [view.name for view in known.views.views] == ["good"]
    assert len(known.views.bad_rows) == len(odd) + 1
    assert other_host.saved("another").name == "another"
    # An unreadable view can be deleted in MLflow itself; here it misleads no reader.
    gone = other_host.ask(ViewVerb.DELETE, id="a" * 16, revision="", is_confirmed=True)
    assert code_of(gone) == ViewDeletedMeanwhile.code


def test_fields_of_a_later_version_are_kept(host: Host, without_views: Tracking) -> None:
    host.saved("first")
    later = {"name": "later", "query": "new=1", "at": "2026-11-29T12:00:00Z", "colour": {"of": "the rainbow"}}
    tag(without_views, VIEW_TAG + "a" * 16, json.dumps(later))
    view = host.views.store.find("a" * 16, WAITS)
    assert view is not None
    host.ask(ViewVerb.RENAME, id=view.id, revision=view.revision, name="renamed")
    tags = tags_of(without_views)
    assert json.loads(tags[VIEW_TAG + "a" * 16]) == later | {"name": "renamed"}


def tags_of(tracking: Tracking) -> dict[str, str]:
    address = f"{tracking.address}/api/2.0/mlflow/registered-models/get"
    answer = requests.get(address, params={"name": VIEWS}, timeout=20).json()
    return {one["key"]: one["value"] for one in answer["registered_model"]["tags"]}


def test_each_experiment_has_one_default_view(host: Host, other_host: Host) -> None:
    one, two = host.saved("one"), other_host.saved("two")
    experiment = "maze, “hard” <b> " + "x" * 400
    for each, view in [(host, one), (other_host, two)]:
        assert each.ask(ViewVerb.SET_DEFAULT, id=view.id, experiment=experiment).outcome is ViewOutcome.DONE
        found = (other_host if each is host else host).views.store.fresh(WAITS).views
        assert found is not None
        assert found.default_of(experiment) == view
    # Undoing a default that another has replaced changes nothing.
    host.ask(ViewVerb.UNSET_DEFAULT, id=one.id, experiment=experiment)
    found = host.views.store.fresh(WAITS).views
    assert found is not None
    assert found.opens(two.id) == [experiment]
    other_host.ask(ViewVerb.DELETE, id=two.id, revision=two.revision, is_confirmed=True)
    found = host.views.store.fresh(WAITS).views
    assert found is not None
    assert found.defaults == {}


def test_a_full_list_is_reported(host: Host, without_views: Tracking) -> None:
    value = json.dumps({"name": "n", "query": "", "at": "2026-11-29T12:00:00Z"})
    tags = [{"key": f"{VIEW_TAG}{number:016x}", "value": value} for number in range(MAX_VIEWS)]
    without_views.post("registered-models/create", {"name": VIEWS, "tags": tags})
    result = host.ask(ViewVerb.SAVE, name="one too many", query="")
    assert (result.outcome, code_of(result)) == (ViewOutcome.REFUSED, ViewsFull.code)
    assert len(host.names()) == MAX_VIEWS


def test_a_stored_view_never_exceeds_mlflows_length_limit(host: Host, without_views: Tracking) -> None:
    query = "experiment=" + "%E3%81%82" * 500
    view: View = host.saved("日" * 200, query, by="本" * 200)
    assert max(map(len, tags_of(without_views).values())) <= MAX_CHARACTERS
    assert host.views.store.query_of(view) == query


def test_a_failing_mlflow_is_reported_and_known_views_stay(
    misbehaving: Misbehaving, without_views: Tracking, tmp_path: Any
) -> None:
    host = host_on(misbehaving.address, tmp_path / "cache")
    view = host.saved("one")
    assert host.names() == ["one"]
    misbehaving.answer = ERROR_500
    result = host.ask(ViewVerb.RENAME, id=view.id, revision=view.revision, name="two")
    assert result.outcome is ViewOutcome.REFUSED
    assert result.cause is not None
    known = host.views.store.fresh(WAITS)
    assert known.failure is not None
    assert known.views is not None
    assert [one.name for one in known.views.views] == ["one"]
