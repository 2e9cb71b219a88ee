"""What the scheduler reads of a training while it goes on."""

from pathlib import Path

from domain.trainings.training import TrainingProgress
from training.progress import Progress, ProgressFile, Rates


def test_each_line_of_the_progress_file_is_valid(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path)
    file.write(Progress(0, 10, 0))
    file.write(Progress(4, 10, 800, reward=float("nan"), loss=float("inf"), success_rate=0.5))
    first, last = map(TrainingProgress.model_validate_json, (tmp_path / "progress.jsonl").read_text().splitlines())
    assert (first.episode, first.steps_per_second, first.seconds_left) == (0, None, None)
    assert (last.episode, last.steps, last.reward, last.loss, last.success_rate) == (4, 800, None, None, 0.5)
    assert last.seconds_left is not None
    assert last.steps_per_second is not None


def test_the_pause_between_lines_grows_with_the_progress_file(tmp_path: Path) -> None:
    assert ProgressFile(tmp_path).pause_seconds == 0.25
    (tmp_path / "progress.jsonl").write_bytes(b"\n" * (3 * 2**20))
    assert ProgressFile(tmp_path).pause_seconds == 2.0
    (tmp_path / "progress.jsonl").write_bytes(b"\n" * (30 * 2**20))
    assert ProgressFile(tmp_path).pause_seconds == 5.0


def test_an_unwritable_progress_file_does_not_end_the_training(tmp_path: Path) -> None:
    gone = ProgressFile(tmp_path / "gone")
    gone.write(Progress(1, 10, 100))
    gone.alive()


def test_steps_done_before_a_continuation_do_not_count_in_the_rates() -> None:
    """Only steps since the continuation count."""
    rates = Rates()
    rates.note(Progress(100, 200, 9000))
    rates.note(Progress(100, 200, 9000))
    assert rates.seconds_left is None
    assert rates.steps_per_second == 0
