"""Named hyperparameters for any environment: Stable-Baselines3's defaults, and RL Baselines3 Zoo's tuned ones.

The tuned ones are facts of https://github.com/DLR-RM/rl-baselines3-zoo (MIT), hyperparams/{ppo,dqn,sac}.yml, in which
LunarLander is still v2. Environments whose settings need more than the fields of these requests (an initial log_std)
are left out.
"""

from typing import Any, Final

from domain.trainings.environments.requests import ENVIRONMENT_REQUEST, EnvironmentRequest
from domain.trainings.hyperparameters.declaring import OWN_VALUES

ZOO: Final = "rl-zoo"
DEFAULT: Final = "default"
_LUNAR_LANDER_PPO: Final = {
    **{"steps": 1_000_000, "n_envs": 16, "n_steps": 1024, "batch_size": 64},
    **{"gae_lambda": 0.98, "gamma": 0.999, "n_epochs": 4, "ent_coef": 0.01},
}
_SMALL_DQN: Final = {
    **{"learning_rate": 2.5e-4, "batch_size": 512, "buffer_size": 100_000, "learning_starts": 0, "gamma": 0.99},
    **{"target_update_interval": 5000, "train_freq": 16, "gradient_steps": 4},
    **{"exploration_fraction": 0.06, "exploration_final_eps": 0.11},
}
_ZOO: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "PPO": {
        "CartPole-v1": {
            **{"steps": 100_000, "n_envs": 8, "n_steps": 32, "batch_size": 256, "gae_lambda": 0.8, "gamma": 0.98},
            **{"n_epochs": 20, "ent_coef": 0.0, "learning_rate": 0.001, "clip_range": 0.2, "linear_schedule": True},
        },
        "Acrobot-v1": {
            **{"steps": 1_000_000, "n_envs": 16, "n_steps": 256, "gae_lambda": 0.94, "gamma": 0.99},
            **{"n_epochs": 4, "ent_coef": 0.0, "normalize": True},
        },
        "MountainCar-v0": {
            **{"steps": 1_000_000, "n_envs": 16, "n_steps": 16, "gae_lambda": 0.98, "gamma": 0.99},
            **{"n_epochs": 4, "ent_coef": 0.0, "normalize": True},
        },
        "Pendulum-v1": {
            **{"steps": 100_000, "n_envs": 4, "n_steps": 1024, "gae_lambda": 0.95, "gamma": 0.9, "n_epochs": 10},
            **{"ent_coef": 0.0, "learning_rate": 0.001, "clip_range": 0.2, "use_sde": True, "sde_sample_freq": 4},
        },
        "LunarLander-v3": _LUNAR_LANDER_PPO,
        "LunarLanderContinuous-v3": _LUNAR_LANDER_PPO,
        "BipedalWalker-v3": {
            **{"steps": 5_000_000, "n_envs": 32, "n_steps": 2048, "batch_size": 64, "gae_lambda": 0.95},
            **{"gamma": 0.999, "n_epochs": 10, "ent_coef": 0.0, "learning_rate": 3e-4, "clip_range": 0.18},
            "normalize": True,
        },
    },
    "DQN": {
        "CartPole-v1": {"steps": 200_000, **_SMALL_DQN},
        "Acrobot-v1": {"steps": 150_000, **_SMALL_DQN},
        "MountainCar-v0": {
            **{"steps": 120_000, "learning_rate": 4e-3, "batch_size": 128, "buffer_size": 10_000},
            **{"learning_starts": 1000, "gamma": 0.98, "target_update_interval": 5000, "train_freq": 16},
            **{"gradient_steps": 8, "exploration_fraction": 0.2, "exploration_final_eps": 0.07},
            "net_arch": (256, 256),
        },
        "LunarLander-v3": {
            **{"steps": 150_000, "learning_rate": 8.8e-4, "batch_size": 32, "buffer_size": 1_000_000},
            **{"learning_starts": 0, "gamma": 0.99, "target_update_interval": 10_000, "train_freq": 16},
            **{"gradient_steps": -1, "exploration_fraction": 0.2, "exploration_final_eps": 0.1},
            "net_arch": (256, 256),
        },
    },
    "SAC": {
        "Pendulum-v1": {"steps": 20_000, "learning_rate": 0.001},
        "LunarLanderContinuous-v3": {
            **{"steps": 500_000, "batch_size": 256, "learning_rate": 7.3e-4, "linear_schedule": True},
            **{"buffer_size": 1_000_000, "gamma": 0.99, "tau": 0.01, "train_freq": 1, "gradient_steps": 1},
            **{"learning_starts": 10_000, "net_arch": (400, 300)},
        },
    },
}


def zoo_environments(algorithm: str) -> tuple[str, ...]:
    """Returns the environments for which RL Zoo has hyperparameters of this algorithm."""
    return tuple(_ZOO[algorithm])


def settings_of(algorithm: str, env_id: str) -> dict[str, EnvironmentRequest]:
    """Returns the requests of the presets, by name, the one tuned for the environment first.

    Raises pydantic's `ValidationError` where the algorithm does not fit the environment.
    """
    fields = {"algorithm": algorithm, "env_id": env_id}
    named = {ZOO: _ZOO[algorithm][env_id]} if env_id in _ZOO[algorithm] else {}
    return {name: _request(fields | values) for name, values in (named | {DEFAULT: {}}).items()}


def setting_of(request: EnvironmentRequest) -> str:
    """Returns the preset with the request's hyperparameters, else OWN_VALUES."""
    found = settings_of(request.algorithm, request.env_id).items()
    return next((name for name, one in found if one.hyperparameters == request.hyperparameters), OWN_VALUES)


def defaults_of(algorithm: str) -> EnvironmentRequest:
    """Returns Stable-Baselines3's defaults, for any environment."""
    return settings_of(algorithm, "anywhere")[DEFAULT]


def _request(values: dict[str, Any]) -> EnvironmentRequest:
    return ENVIRONMENT_REQUEST.validate_python(values)
