"""The options for an environment that is no maze: by the form's fields, presets and refusals."""

import pytest

from components.trainings import training_form
from domain.errors.trainings.requests import TrainingRefused
from domain.trainings.checking import checked
from domain.trainings.environments.form import environment_trainer
from domain.trainings.environments.presets import ZOO, setting_of, settings_of
from domain.trainings.environments.requests import ENVIRONMENT_REQUEST, REQUESTS
from domain.trainings.hyperparameters.declaring import OWN_VALUES
from domain.trainings.trainer import OfferedTrainer

TRAINER = OfferedTrainer.model_validate(environment_trainer().model_dump())


def refused(**filled: object) -> dict[str, str]:
    with pytest.raises(TrainingRefused) as caught:
        checked(TRAINER, filled)
    return {name: str(why) for name, why in caught.value.fields.items()}


@pytest.mark.parametrize("algorithm", REQUESTS)
def test_initial_values_of_the_form_are_valid(algorithm: str) -> None:
    env_id = "Pendulum-v1" if algorithm == "SAC" else "CartPole-v1"
    values = training_form.initial(TRAINER, {"algorithm": algorithm, "env_id": env_id})
    (run,) = checked(TRAINER, values)
    assert run["steps"] == 100_000
    assert "episodes" not in run


def test_a_training_is_counted_by_steps_or_by_episodes() -> None:
    (run,) = checked(TRAINER, {"until": "episodes", "episodes": 30, "algorithm": "DQN"})
    assert run["episodes"] == 30
    assert "steps" not in run
    assert "steps" in refused(until="episodes", steps=30)


@pytest.mark.parametrize(
    ("algorithm", "env_id", "message"),
    [("DQN", "Pendulum-v1", "are continuous: use PPO or SAC"), ("SAC", "CartPole-v1", "use PPO or DQN")],
)
def test_an_algorithm_for_other_actions_is_refused_by_its_field(algorithm: str, env_id: str, message: str) -> None:
    assert message in refused(algorithm=algorithm, env_id=env_id)["algorithm"]


@pytest.mark.parametrize("env_id", ["os:CartPole-v1", "../etc/passwd", "-v1", "a b", "x/y/z-v0"])
def test_an_invalid_environment_id_is_refused(env_id: str) -> None:
    assert refused(env_id=env_id).keys() == {"env_id"}


def test_hyperparameters_of_rl_zoo_are_recognised_as_its_setting() -> None:
    zoo, own = settings_of("PPO", "CartPole-v1").values()
    assert (zoo.steps, zoo.hyperparameters["n_steps"], zoo.hyperparameters["linear_schedule"]) == (100_000, 32, True)
    assert (setting_of(zoo), setting_of(own)) == (ZOO, "default")
    other = ENVIRONMENT_REQUEST.validate_python(zoo.model_dump() | {"gamma": 0.5})
    assert setting_of(other) == OWN_VALUES
    assert list(settings_of("SAC", "Unknown-v0")) == ["default"]


def test_each_preset_is_valid_for_the_algorithms_it_is_offered_for() -> None:
    for preset in TRAINER.presets:
        shown = {name: values[0] for name, values in preset.shown_for.items()}
        env_id = "Pendulum-v1" if shown["algorithm"] == "SAC" else "CartPole-v1"
        (run,) = checked(TRAINER, {"env_id": env_id} | shown | preset.values)
        assert preset.values.items() <= run.items()
