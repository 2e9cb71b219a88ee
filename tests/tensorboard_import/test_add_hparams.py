"""The folder that torch's `add_hparams` creates belongs to the run that it was called for."""

from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from tests.tensorboard_import.conftest import Target
from tests.tensorboard_import.event_folders import scalar, write_events


def test_hyperparameters_in_a_folder_of_their_own_are_those_of_the_run(target: Target, tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "one")) as writer:
        for step in range(5):
            writer.add_scalar("loss", step, step)
        writer.add_hparams({"lr": 0.5, "layers": 2}, {"hparam/return": 7.0})
    for _time in range(2):
        assert target.import_all(tmp_path)
        (run,) = target.all_runs()
        assert (run.name, run.params) == ("one", {"lr": "0.5", "layers": "2"})
        assert len(target.histories(run)["loss"]) == 5
        assert [(step, value) for step, _ms, value in target.histories(run)["hparam/return"]] == [(0, "7.0")]


def test_several_hparams_folders_are_trials_and_each_is_a_run(target: Target, tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path / "sweep")) as writer:
        for number in range(3):
            writer.add_hparams({"lr": number}, {"hparam/return": 10 * number})
    assert target.import_all(tmp_path)
    runs = [run for run in target.all_runs() if run.params]
    assert sorted(run.params["lr"] for run in runs) == ["0", "1", "2"]


def test_a_folder_named_like_a_time_without_hyperparameters_is_a_run(target: Target, tmp_path: Path) -> None:
    for path in (tmp_path / "a", tmp_path / "a" / "1700000000.25"):
        write_events(path / "events.out.tfevents.1", [scalar(f"loss of {path.name}", step, step) for step in range(9)])
    assert target.import_all(tmp_path)
    assert sorted(run.name for run in target.all_runs()) == ["a", "a/1700000000.25"]
