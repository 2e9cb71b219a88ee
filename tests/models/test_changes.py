"""Each request is done at most once and has one answer: two workers of a host, which may be stopped at any moment."""

import threading
import uuid
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from domain.errors.models.changes import ModelIsActive
from domain.registry.changes import ChangeOutcome, ChangeRequest, ChangeResult, ChangeVerb
from services.registry.changes.answers import MAX_AT_ONCE, ChangeAnswers
from services.registry.changes.records import KEPT_SECONDS, ChangeRecords
from tests.misbehaving import HANG, Misbehaving, eventually
from tests.models.changing import ask, change, request
from tests.models.host import Host, block_file

DONE = ChangeResult(outcome=ChangeOutcome.DONE)
REFUSED = ChangeResult(outcome=ChangeOutcome.REFUSED, cause=ModelIsActive("1"))
WORKERS = st.integers(0, 1)


def restore(model_id: str = "1") -> ChangeRequest:
    return ChangeRequest(id=uuid.uuid4().hex, verb=ChangeVerb.RESTORE, model_id=model_id)


class Stopped(BaseException):
    """Ends the worker in the middle of its work, as by a signal: nothing more is reported."""


class Workers(RuleBasedStateMachine):
    """Runs two workers on one folder; the work of each request goes on until the test ends it, with or without
    success."""

    sent_requests = Bundle("sent_requests")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.workers = [self.worker() for _worker in range(2)]
        self.begun: Counter[str] = Counter()
        self.working: dict[str, tuple[threading.Event, list[ChangeResult | None]]] = {}
        self.answers: dict[str, ChangeResult] = {}

    def worker(self) -> ChangeAnswers:
        return ChangeAnswers(self.make, ChangeRecords(Path(self.folder.name)))

    def make(self, request: ChangeRequest, _by: str | None) -> ChangeResult:
        self.begun[request.id] += 1
        may_end, result = self.working.setdefault(request.id, (threading.Event(), []))
        may_end.wait(300)
        if not result or result[0] is None:
            raise Stopped
        return result[0]

    @rule(target=sent_requests, worker=WORKERS)
    def requests_change(self, worker: int) -> ChangeRequest:
        request = restore()
        assert self.workers[worker].answer(request, None).outcome is ChangeOutcome.WORKING
        eventually(lambda: request.id in self.working)
        return request

    @rule(target=sent_requests)
    def sends_too_late(self) -> ChangeRequest:
        return restore()

    @rule(request=sent_requests, worker=WORKERS, again=st.booleans())
    def repeats_request(self, request: ChangeRequest, worker: int, again: bool) -> None:
        is_known = request.id in self.begun or request.id in self.answers
        if not is_known and not again:  # its first sending was late
            self.workers[worker].answer(request, None)
            eventually(lambda: request.id in self.working)
            return
        answer = self.workers[worker].answer(
            request, None, again=again, wait_seconds=0.1 if self.is_working(request) else 240
        )
        if self.is_working(request):
            assert answer.outcome is ChangeOutcome.WORKING
        elif not is_known:
            assert answer.outcome is ChangeOutcome.NOT_KNOWN
            self.answers[request.id] = answer
        else:
            assert answer == self.answers[request.id]

    @precondition(lambda self: any(not may_end.is_set() for may_end, _result in self.working.values()))
    @rule(data=st.data(), result=st.sampled_from([DONE, REFUSED, None]))
    def finishes(self, data: st.DataObject, result: ChangeResult | None) -> None:
        request_id = data.draw(st.sampled_from(sorted(i for i, (e, _r) in self.working.items() if not e.is_set())))
        may_end, results = self.working[request_id]
        results.append(result)
        self.answers[request_id] = result or ChangeResult(outcome=ChangeOutcome.NOT_KNOWN)
        may_end.set()
        lock = Path(self.folder.name, f"{request_id}.lock")
        eventually(lambda: self.workers[0]._records.get(request_id) is not None and self.is_free(lock))

    @rule(worker=WORKERS)
    def worker_is_restarted(self, worker: int) -> None:
        """Drops its memory; its work, which the test ends, goes on as in a worker that is shutting down."""
        self.workers[worker] = self.worker()

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert set(self.begun.values()) <= {1}

    def is_working(self, request: ChangeRequest) -> bool:
        return request.id in self.working and not self.working[request.id][0].is_set()

    def is_free(self, lock: Path) -> bool:
        with ChangeRecords(lock.parent).alone(lock.stem) as won:
            return won

    def teardown(self) -> None:
        for may_end, _result in self.working.values():
            may_end.set()
        with suppress(OSError):
            self.folder.cleanup()


TestWorkers = Workers.TestCase
TestWorkers.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
# The stopped worker calls its thread's excepthook.
TestWorkers = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")(TestWorkers)


def test_an_id_identifies_one_request(tmp_path: Path) -> None:
    answers = ChangeAnswers(lambda *_asked: DONE, ChangeRecords(tmp_path))
    first = restore("1")
    assert answers.answer(first, None, wait_seconds=240) == DONE
    other = first.model_copy(update={"model_id": "2"})
    answer = answers.answer(other, None, wait_seconds=240)
    assert (answer.outcome, answer.cause and answer.cause.code) == (ChangeOutcome.REFUSED, "request-id-taken")
    assert answers.answer(first, None, wait_seconds=240) == DONE


def test_changes_beyond_the_limit_are_refused_and_running_ones_are_answered(tmp_path: Path) -> None:
    go_on = threading.Event()
    answers = ChangeAnswers(lambda *_asked: DONE if go_on.wait(300) else REFUSED, ChangeRecords(tmp_path))
    under_way = [restore() for _request in range(MAX_AT_ONCE)]
    for one in under_way:
        answers.answer(one, None)
    eventually(lambda: all(ChangeRecords(tmp_path).get(one.id) for one in under_way))
    refused = restore()
    answer = answers.answer(refused, None, wait_seconds=240)
    assert answer.cause is not None
    assert answer.cause.code == "too-many-changes"
    go_on.set()
    assert [answers.answer(one, None, wait_seconds=240) for one in under_way] == [DONE] * MAX_AT_ONCE
    assert answers.answer(refused, None, wait_seconds=240) == answer  # and stays so: its answer was given


def test_with_an_unwritable_folder_each_change_is_made_exactly_once(tmp_path: Path) -> None:
    begun: list[str] = []
    block_file(tmp_path / "changes")
    (tmp_path / "changes").rmdir()
    (tmp_path / "changes").write_text("a file where the folder should be")

    def make(sent: ChangeRequest, _by: str | None) -> ChangeResult:
        begun.append(sent.id)
        return DONE

    answers = ChangeAnswers(make, ChangeRecords(tmp_path / "changes"))
    one = restore()
    for _time in range(3):
        assert answers.answer(one, None, wait_seconds=240) == DONE
    assert begun == [one.id]


def test_the_record_of_an_old_request_is_deleted(tmp_path: Path) -> None:
    answers = ChangeAnswers(lambda *_asked: DONE, ChangeRecords(tmp_path))
    old = restore()
    answers.answer(old, None, wait_seconds=240)
    import os
    import time

    for path in tmp_path.iterdir():
        os.utime(path, (time.time() - KEPT_SECONDS - 1,) * 2)
    answers.answer(restore(), None, wait_seconds=240)
    assert not list(tmp_path.glob(f"{old.id}*"))


@pytest.fixture
def client(host: Host) -> FlaskClient:
    return host.workers[0].test_client()


def test_a_request_received_twice_overrules_no_later_one(host: Host, client: FlaskClient) -> None:
    first = request("activate", "2", is_confirmed=True)
    assert ask(client, first)["outcome"] in ("done", "working")
    eventually(lambda: ask(client, first, again=True)["outcome"] == "done")
    assert change(client, "activate", "1", is_confirmed=True)["outcome"] == "done"
    # A proxy sends it once more, to another worker: another person's newer choice stays.
    answer = ask(host.workers[1].test_client(), first)
    assert answer["sentence"] == "Model 2 is active now."
    assert client.get("/api/models/active").json == client.get("/api/models/1").json


def test_a_request_queried_before_its_arrival_is_not_done_afterwards(host: Host, client: FlaskClient) -> None:
    late = request("delete", "2", is_confirmed=True)
    answer = ask(client, late, again=True)
    assert answer["outcome"] == "not_known"
    assert "check it there" in answer["sentence"]
    assert ask(host.workers[1].test_client(), late) == answer
    assert client.get("/api/models/2").status_code == 200


def test_a_change_on_a_hanging_registry_is_answered_once_the_registry_recovers(
    default_timeout_host: Host, misbehaving: Misbehaving
) -> None:
    client = default_timeout_host.workers[0].test_client()
    misbehaving.answer = HANG
    sent = request("restore", "2")
    assert ask(client, sent)["outcome"] == "working"
    assert client.get("/health").status_code == 200
    misbehaving.answer = None
    eventually(lambda: ask(client, sent, again=True)["outcome"] not in ("working",))
    assert ask(client, sent, again=True)["sentence"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "x"},
        {"id": "../../etc/passwd"},
        {"id": "A" * 32},
        {"id": "a" * 33},
        {"id": None},
        {"verb": "purge"},
        {"verb": ["delete"]},
        {"model_id": ""},
        {"model_id": 3},
        {"model_id": "x" * 300},
        {"in_place_of": "1"},
        {"verb": "undo"},
        {"by": "kim"},
        {"is_confirmed": "perhaps"},
    ],
    ids=str,
)
def test_a_malformed_request_is_refused_with_a_sentence(client: FlaskClient, wrong: dict[str, Any]) -> None:
    answer = client.post("/changes", json=request("restore", "1") | wrong)
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"].endswith(".")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'"\\ud800"', b"[" * 9000, b"x" * 2**15])
def test_a_body_that_is_not_json_is_refused_with_a_sentence(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/changes", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert client.post("/changes", data=body).status_code == 415


def test_a_page_of_another_site_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/changes", json=request("delete", "1"), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "model_id", ["0", "-1", "1e3", "\u0661", "x/y", "../1", "\n", " 1", "\ud7ff", "%00", "🐍" * 40]
)
@pytest.mark.parametrize("verb", ["activate", "try", "delete", "restore"])
def test_a_change_of_an_unknown_model_is_refused(client: FlaskClient, verb: str, model_id: str) -> None:
    answer = change(client, verb, model_id, is_confirmed=True)
    assert answer["outcome"] == "refused"
    assert answer["sentence"]
