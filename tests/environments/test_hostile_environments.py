"""A misbehaving environment is ended in time, with a sentence that names it and the cause; others go on."""

import time
from collections.abc import Callable

import pytest

from domain.errors.environments.failures import EnvironmentFailed
from environments.gymnasium_process import GymnasiumProcess

Make = Callable[..., GymnasiumProcess]
SENTENCES = {
    "hangs": "Its step did not return within 10 s by the clock, so it was ended.",
    "computes_for_ever": "Its step did not return within 2 s of computing, so it was ended.",
    "raises": "Its step raised ValueError: the arm fell off",
    "leaves": "Its step raised SystemExit: 3",
    "crashes": "Its step crashed its process (Aborted).",
    "dies": "Its step crashed its process (exit status 7).",
    "forks": "Its step starts other processes, which environments may not do here.",
    "starts_a_program": "Its step starts other processes, which environments may not do here.",
    "connects": "Its step uses the network, which environments may not do here.",
    "takes_memory": "Its step needs more memory than the allowed 1024 MiB.",
    "gives_nan": "Its step returned an observation that is not a number.",
    "pays_nan": "Its step returned a reward that is not a number.",
    "gives_other_shape": ("Its step returned an observation observation of float32 [3]; its space says float32 [2]."),
    "gives_four": "Its step returned tuple [4], not (observation, reward, terminated, truncated, info).",
    "starts_with_one": "Its reset returned ndarray, not (observation, info).",
    "draws_hugely": "It draws 10000 × 10000 pixels; at most 4096 × 4096 are supported.",
    "draws_floats": "Its render returned float64 [10, 10, 3], not uint8 [height, width, 3].",
}


@pytest.mark.parametrize("deed", SENTENCES)
def test_a_misbehaving_environment_is_ended_with_its_cause_and_others_continue(make: Make, deed: str) -> None:
    neighbour = make("CartPole-v1")
    neighbour.reset(1)
    began = time.monotonic()
    with pytest.raises(EnvironmentFailed) as failed:
        _play(make("Hostile-v0", deed))
    assert time.monotonic() - began < 60
    expected = [SENTENCES[deed], *([SENTENCES["hangs"]] if deed == "computes_for_ever" else [])]  # on a busy machine
    assert str(failed.value) in [f"Hostile-v0: {sentence}" for sentence in expected]
    assert neighbour.step(0).reward == 1


def _play(environment: GymnasiumProcess) -> None:
    environment.reset(0)
    environment.step(1)
    environment.render(400)


def test_a_hundred_megabytes_of_print_are_discarded(make: Make) -> None:
    environment = make("Hostile-v0", "prints")
    environment.reset(0)
    assert environment.step(1).reward == 1


def test_an_environment_gets_none_of_clews_environment_variables(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2")
    with pytest.raises(EnvironmentFailed, match="PATH") as failed:
        make("Hostile-v0", "reads_the_environment")
    assert "MLFLOW" not in str(failed.value)


def test_a_frame_that_compresses_badly_is_made_smaller(make: Make) -> None:
    environment = make("Hostile-v0", "draws_noise")
    environment.reset(0)
    frame = environment.render(800)
    assert frame is not None
    assert len(frame.webp) <= 10_000
    assert frame.width < 800


def test_an_environment_that_failed_stays_ended(make: Make) -> None:
    environment = make("Hostile-v0", "raises")
    environment.reset(0)
    for _ in range(2):
        with pytest.raises(EnvironmentFailed):
            environment.step(1)
    assert environment.pid is None


def test_an_environment_without_rgb_array_is_played_without_frames_and_states_why(make: Make) -> None:
    environment = make("ForDisplaysOnly-v0")
    environment.reset(0)
    assert environment.render(400) is None
    assert not environment.facts.can_render
    assert str(environment.facts.undrawable) == (
        "It cannot be drawn here: it supports the render modes human, but only rgb_array gives a picture."
    )
