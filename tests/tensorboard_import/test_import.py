"""Folders of event files become runs in a real MLflow: once each, complete, and named if they cannot be imported."""

import logging
import math
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from torch.utils.tensorboard import SummaryWriter

from domain.artifacts.media import media_of
from domain.tracking.runs import RunStatus
from tensorboard_import.writing import run_tags
from tests.misbehaving import BREAK_OFF, Misbehaving
from tests.tensorboard_import.conftest import Target
from tests.tensorboard_import.event_folders import append_events, restart, scalar, shown_by_tensorboard, write_events

FILE = "events.out.tfevents.1"
LONG_AGO = time.time() - 3600


def series(tag: str, steps: range, value: float = 0.5) -> list[Event]:
    return [scalar(tag, step, value + step, 1.7e9 + step) for step in steps]


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_run_written_by_torch_is_imported_as_logged(target: Target, tmp_path: Path) -> None:
    folder = tmp_path / "CartPole-v1__ppo__1__1700000000"
    with SummaryWriter(str(folder)) as writer:
        writer.add_text("hyperparameters", "|param|value|\n|-|-|\n|learning_rate|0.00025|\n|env_id|CartPole-v1|")
        writer.add_text("notes", "It **learns**.", 3)
        for step in range(0, 2_500, 1):
            writer.add_scalar("charts/episodic_return", step / 7, step)
            writer.add_scalar(
                "losses/value_loss", math.nan if step == 9 else math.inf if step == 10 else -step, step, new_style=True
            )
        writer.add_image("frames/end", np.zeros((3, 4, 4)), 20)
        writer.add_histogram("weights", np.arange(9.0), 1)
        writer.add_hparams({"gamma": 0.99, "envs": 4, "wrapper": "none"}, {"hparam/return": 1.0}, run_name=".")
    assert target.import_all(tmp_path)
    run = target.run(folder.name)
    assert target.histories(run) == shown_by_tensorboard(folder)
    assert run.params == {
        "learning_rate": "0.00025",
        "env_id": "CartPole-v1",
        "gamma": "0.99",
        "envs": "4",
        "wrapper": "none",
    }
    assert run.tags[run_tags.LEFT_OUT] == '{"histogram": 1}'
    assert run.start_ms is not None
    assert abs(run.start_ms / 1000 - time.time()) < 600
    artifacts = target.artifacts
    (picture,) = media_of(artifacts.list_folder(run.run_id, "images"))
    assert (picture.key, picture.step) == ("images/frames/end", 20)
    assert [one.path for one in artifacts.list_folder(run.run_id, "text")] == ["text/notes_step_3.md"]


def test_a_folder_is_imported_once_even_if_it_is_moved(target: Target, tmp_path: Path) -> None:
    """All writers here began in the same microsecond, under the same name: only their content distinguishes them."""
    made = time.time()
    for number in range(4):
        write_events(tmp_path / "logs" / f"seed_{number}" / FILE, series("loss", range(number, 50)), made=made)
    write_events(tmp_path / "logs" / FILE, series("own", range(3)), made=made)
    for _time in range(2):
        assert target.import_all(tmp_path / "logs")
        names = sorted(run.name for run in target.all_runs())
        assert names == ["logs", "seed_0", "seed_1", "seed_2", "seed_3"]
    ids = {run.run_id for run in target.all_runs()}
    (tmp_path / "logs" / "seed_2").rename(tmp_path / "logs" / "moved")
    shutil.copytree(tmp_path / "logs" / "seed_3", tmp_path / "logs" / "seed_3_copy")
    shutil.move(tmp_path / "logs", tmp_path / "elsewhere")
    append_events(tmp_path / "elsewhere" / "moved" / FILE, series("loss", range(50, 60)))
    assert target.import_all(tmp_path / "elsewhere")
    assert {run.run_id for run in target.all_runs()} == ids
    moved = target.run("seed_2")
    assert moved.tags[run_tags.FOLDER] == "moved"
    assert target.histories(moved) == shown_by_tensorboard(tmp_path / "elsewhere" / "moved")
    append_events(tmp_path / "elsewhere" / "seed_3_copy" / FILE, series("loss", range(70, 75)))
    assert target.import_all(tmp_path / "elsewhere")
    assert target.histories(target.run("seed_3_copy")) == shown_by_tensorboard(tmp_path / "elsewhere" / "seed_3_copy")
    assert {run.run_id for run in target.all_runs()} > ids


def test_a_run_that_was_deleted_does_not_come_back(target: Target, tmp_path: Path) -> None:
    write_events(tmp_path / "a" / FILE, series("loss", range(5)))
    assert target.import_all(tmp_path)
    target.runs.delete(target.run("a").run_id)
    assert target.import_all(tmp_path)
    assert target.all_runs() == []


def test_a_run_that_may_still_grow_is_named_and_finished_by_a_later_import(
    target: Target, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = write_events(tmp_path / "fresh" / FILE, series("loss", range(3)))
    os.utime(write_events(tmp_path / "old" / FILE, series("loss", range(3))), (LONG_AGO, LONG_AGO))
    soon = time.time() + 600  # however slow the machine is, it counts as just written
    os.utime(path, (soon, soon))
    assert target.import_all(tmp_path)
    (warning,) = [line for line in caplog.messages if "may still grow" in line]
    assert warning.startswith("1 folder may")
    assert warning.endswith(str(tmp_path / "fresh"))
    statuses = {run.name: run.status for run in target.all_runs()}
    assert statuses == {"fresh": RunStatus.RUNNING, "old": RunStatus.FINISHED}
    os.utime(path, (LONG_AGO, LONG_AGO))
    caplog.clear()
    assert target.import_all(tmp_path)
    assert target.run("fresh").status == RunStatus.FINISHED
    assert not any("may still grow" in line for line in caplog.messages)


def test_the_import_continues_with_the_run_that_superseded_its_own(target: Target, tmp_path: Path) -> None:
    """Two hosts made a run of the same folder at once: the one whose run was deleted goes on with the other's."""
    path = write_events(tmp_path / "a" / FILE, series("loss", range(3)))
    importer = target.importer(tmp_path)
    assert importer.import_all()
    lost = target.run("a")
    tags = {key: text for key, text in lost.tags.items() if not key.startswith("clew.tensorboard.file.")}
    kept = target.runs.create(lost.experiment_id, "a", start_ms=1, tags=tags)
    target.runs.tag(lost.run_id, {run_tags.SUPERSEDED: kept.run_id})
    target.runs.delete(lost.run_id)
    append_events(path, series("loss", range(3, 6)))
    importing = threading.Thread(target=importer.import_all)
    importing.start()
    importing.join(90)
    importer.stop()
    importing.join(30)
    assert target.run("a").run_id == kept.run_id
    assert target.histories(target.run("a")) == shown_by_tensorboard(tmp_path / "a")


def test_metric_names_that_mlflow_refuses_are_replaced_consistently(target: Target, tmp_path: Path) -> None:
    names = [
        "return (mean)",
        "return [mean]",
        "/a//b/",
        "..",
        "Loss",
        "loss",
        "x" * 300,
        "x" * 301,
        "a:b",
        "länge %",
        "",
        "a/../b",
    ]
    write_events(tmp_path / "odd" / FILE, [scalar(name, step, step) for step in range(3) for name in names])
    assert target.import_all(tmp_path)
    run = target.run("odd")
    assert target.histories(run) == shown_by_tensorboard(tmp_path / "odd")
    assert {"return _mean_", "Loss", "a:b"} <= set(run.metrics)
    append_events(tmp_path / "odd" / FILE, [scalar(name, 3, 3) for name in reversed(names)])
    assert target.import_all(tmp_path)
    assert target.histories(target.run("odd")) == shown_by_tensorboard(tmp_path / "odd")


def test_a_restart_is_shown_as_tensorboard_shows_it(target: Target, tmp_path: Path) -> None:
    """This includes points in MLflow already, which it cannot remove, and which the restart makes void."""
    write_events(tmp_path / "run" / FILE, series("loss", range(100)))
    assert target.import_all(tmp_path)
    first = target.run("run")
    target.runs.tag(first.run_id, {"mlflow.note.content": "the good one", "clew.favourite": "yes"})
    write_events(tmp_path / "run" / "events.out.tfevents.2", [restart(60), *series("loss", range(60, 80), 7)])
    assert target.import_all(tmp_path)
    again = target.run("run")
    assert target.histories(again) == shown_by_tensorboard(tmp_path / "run")
    assert len(target.histories(again)["loss"]) == 80
    assert again.tags["mlflow.note.content"] == "the good one"
    assert target.runs.get(first.run_id).tags[run_tags.SUPERSEDED] == again.run_id
    append_events(tmp_path / "run" / "events.out.tfevents.2", [restart(70), *series("loss", range(70, 75), 9)])
    assert target.import_all(tmp_path)
    assert target.histories(target.run("run")) == shown_by_tensorboard(tmp_path / "run")
    assert target.import_all(tmp_path)
    assert len(target.all_runs()) == 1


def test_unreadable_folders_are_named_and_all_others_imported(
    target: Target, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cut = write_events(tmp_path / "cut" / FILE, series("loss", range(50)))
    cut.write_bytes(cut.read_bytes()[:-9])
    damaged = write_events(tmp_path / "damaged" / FILE, series("loss", range(50)))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    write_events(tmp_path / "whole" / FILE, series("loss", range(50)))
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / FILE).touch()
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / FILE).write_bytes(cut.read_bytes()[:9])
    (tmp_path / "whole" / "back").symlink_to(tmp_path)
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "empty" / "tfevents.pipe")
    for path in (cut, damaged):
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert target.import_all(tmp_path)
    assert sorted(run.name for run in target.all_runs()) == ["cut", "damaged", "whole"]
    for name in ("cut", "damaged", "whole"):
        assert target.histories(target.run(name)) == shown_by_tensorboard(tmp_path / name)
    assert "breaks off in the record at byte" in target.run("cut").tags[run_tags.PROBLEM]
    assert "is damaged at byte" in target.run("damaged").tags[run_tags.PROBLEM]
    assert target.run("cut").status == RunStatus.FINISHED
    for path, what in (
        ("cut", "breaks off"),
        ("damaged", "is damaged"),
        ("empty", "is empty"),
        ("begun", "holds no whole record"),
    ):
        assert any(str(tmp_path / path) in line and what in line for line in caplog.messages), path


def test_the_follower_imports_growing_shrinking_and_replaced_files(target: Target, tmp_path: Path) -> None:
    path = write_events(tmp_path / "live" / FILE, series("loss", range(3)))
    importer = target.importer(tmp_path, silent_seconds=600)
    following = threading.Thread(target=importer.follow)
    following.start()
    try:
        count = lambda: len(target.histories(target.run("live")).get("loss", [])) if target.all_runs() else 0  # noqa: E731
        wait_until(lambda: count() == 3)
        data = path.read_bytes()
        append_events(path, series("loss", range(3, 6)))
        whole = path.read_bytes()
        path.write_bytes(whole[:-5])
        wait_until(lambda: count() == 5)
        path.write_bytes(whole)
        wait_until(lambda: count() == 6)
        path.write_bytes(data)  # shrinks
        time.sleep(3)
        append_events(path, series("loss", range(10, 12)))
        wait_until(lambda: count() == 8)
        write_events(tmp_path / "new", series("loss", range(20, 30))).replace(path)
        wait_until(lambda: count() == 18)
        path.rename(tmp_path / "live" / "events.out.tfevents.renamed")
        append_events(tmp_path / "live" / "events.out.tfevents.renamed", series("loss", range(30, 31)))
        wait_until(lambda: count() == 19)
        assert target.run("live").status == RunStatus.RUNNING
        os.utime(tmp_path / "live" / "events.out.tfevents.renamed", (LONG_AGO, LONG_AGO))
        wait_until(lambda: target.run("live").status == RunStatus.FINISHED)
        append_events(tmp_path / "live" / "events.out.tfevents.renamed", series("loss", range(31, 32)))
        wait_until(lambda: target.run("live").status == RunStatus.RUNNING)
        assert len(target.all_runs()) == 1
    finally:
        importer.stop()
        following.join(30)
    assert not following.is_alive()


def test_two_hosts_importing_at_once_create_each_run_once(target: Target, tmp_path: Path) -> None:
    for number in range(6):
        write_events(tmp_path / f"seed_{number}" / FILE, series("loss", range(number, 1_500)))
    hosts = [
        threading.Thread(target=target.import_all, args=(tmp_path,), kwargs={"host": f"host-{n}"}) for n in range(2)
    ]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(240)
        assert not host.is_alive()
    assert sorted(run.name for run in target.all_runs()) == [f"seed_{number}" for number in range(6)]
    for number in range(6):
        assert target.histories(target.run(f"seed_{number}")) == shown_by_tensorboard(tmp_path / f"seed_{number}")


@pytest.mark.parametrize(
    "moments", [(0.9, 1.6, 2.4), *(pytest.param((0.4 + 0.13 * n,) * 6, marks=pytest.mark.thorough) for n in range(12))]
)
def test_a_killed_import_continues_without_gap_or_repetition(
    target: Target, tmp_path: Path, moments: tuple[float, ...]
) -> None:
    for number in range(3):
        write_events(tmp_path / f"seed_{number}" / FILE, series("loss (all)", range(number, 4_000)))
    for moment in moments:
        process = target.start(str(tmp_path))
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = target.start(str(tmp_path))
    _out, stderr = process.communicate(timeout=240)
    assert process.returncode == 0, stderr
    assert "3 folders" in stderr
    assert len(target.all_runs()) == 3
    for number in range(3):
        assert target.histories(target.run(f"seed_{number}")) == shown_by_tensorboard(tmp_path / f"seed_{number}")


def test_the_import_waits_while_mlflow_is_down(
    misbehaving: Misbehaving, target_at: Callable[[str], Target], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    target = target_at(misbehaving.address)
    write_events(tmp_path / "a" / FILE, series("loss", range(4_000)))
    going = threading.Thread(target=target.importer(tmp_path, gives_up_seconds=0.1).import_all)
    going.start()
    wait_until(lambda: any("log-batch" in line for line in misbehaving.requests))
    misbehaving.answer = BREAK_OFF
    wait_until(lambda: any("MLflow is away" in line for line in caplog.messages))
    misbehaving.answer = None
    going.join(120)
    assert any("MLflow is back" in line for line in caplog.messages)
    assert target.histories(target.run("a")) == shown_by_tensorboard(tmp_path / "a")


def test_ten_thousand_tags_are_imported(target: Target, tmp_path: Path) -> None:
    events = [scalar(f"agent_{number}/return", number, number) for number in range(9_800)]
    events += [scalar(f"agent_{number}/return (mean)", number, number) for number in range(9_800, 10_000)]
    write_events(tmp_path / "many" / FILE, events)
    assert target.import_all(tmp_path)
    run = target.run("many")
    assert len(run.metrics) == 10_000
    assert run_tags.changed_names(run.tags)["agent_9900/return _mean_"] == "agent_9900/return (mean)"
    assert run.metrics["agent_9999/return _mean_"].step == 9_999


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere/at/all"], "/nowhere/at/all is no folder"),
        ([".", "--pattern", "(["], "--pattern should be a regular expression"),
        ([".", "--pattern", "a(b)"], "--pattern should have a group"),
    ],
)
def test_a_wrong_argument_is_named(target: Target, arguments: list[str], message: str) -> None:
    process = target.start(*arguments)
    _out, stderr = process.communicate(timeout=60)
    assert process.returncode in (1, 2)
    assert message in stderr
    assert "Traceback" not in stderr
