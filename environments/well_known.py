"""What is known of packages that many have: which register which ids, what their actions are called, what counts."""

import re
from typing import Final, TypeVar

Found = TypeVar("Found")

# By the beginning of the ids that they register when they are imported.
PACKAGES: Final = {
    "ALE/": "ale_py",
    "MiniGrid-": "minigrid",
    "BabyAI-": "minigrid",
    "Fetch": "gymnasium_robotics",
    "HandManipulate": "gymnasium_robotics",
    "HandReach-": "gymnasium_robotics",
    "AntMaze_": "gymnasium_robotics",
    "PointMaze_": "gymnasium_robotics",
    "FrankaKitchen-": "gymnasium_robotics",
    "AdroitHand": "gymnasium_robotics",
    "highway-": "highway_env",
    "merge-": "highway_env",
    "roundabout-": "highway_env",
    "parking-": "highway_env",
    "intersection-": "highway_env",
    "racetrack-": "highway_env",
}

# Of these, those that only compute: imported ahead of their first use.
EARLY: Final = ("minigrid", "ale_py")

# Modules whose wrappers change nothing but what is observed, done or paid, and open nothing.
WRAPPER_MODULES: Final = ("minigrid.wrappers",)

# Gymnasium's wrappers that a model may name: those that JSON can make, and that write nothing and show nothing.
WRAPPERS: Final = frozenset(
    {
        *("AtariPreprocessing", "DelayObservation", "DiscretizeObservation", "FilterObservation", "FlattenObservation"),
        *("FrameStackObservation", "GrayscaleObservation", "MaxAndSkipObservation", "AddRenderObservation"),
        *("ResizeObservation", "ReshapeObservation", "RescaleObservation", "TimeAwareObservation", "ClipAction"),
        *("DiscretizeAction", "RescaleAction", "StickyAction", "RepeatAction", "ClipReward", "TimeLimit"),
        *("AddWhiteNoise", "ObstructView"),
    }
)
# What only records, shows or checks, changes the pay by numbers of the training, or starts the next episode: left out.
LEFT_OUT: Final = frozenset(
    {
        *("RecordVideo", "RecordEpisodeStatistics", "HumanRendering", "RenderCollection", "Autoreset"),
        *("PassiveEnvChecker", "OrderEnforcing", "NormalizeReward"),
    }
)
LEFT_OUT_OF_OTHERS: Final = frozenset({"stable_baselines3.common.monitor:Monitor"})
NORMALISING: Final = "NormalizeObservation"

_ACTION_NAMES: Final = {
    r"CartPole-v\d": ("left", "right"),
    r"Acrobot-v\d": ("torque −1", "torque 0", "torque +1"),
    r"MountainCar-v\d": ("left", "none", "right"),
    r"MountainCarContinuous-v\d": ("force",),
    r"Pendulum-v\d": ("torque",),
    r"LunarLander-v\d": ("nothing", "left engine", "main engine", "right engine"),
    r"LunarLanderContinuous-v\d": ("main engine", "side engines"),
    r"BipedalWalker(Hardcore)?-v\d": ("hip 1", "knee 1", "hip 2", "knee 2"),
    r"CarRacing-v\d": ("steer", "gas", "brake"),
    r"FrozenLake(8x8)?-v\d": ("left", "down", "right", "up"),
    r"CliffWalking(Slippery)?-v\d": ("up", "right", "down", "left"),
    r"Taxi-v\d": ("south", "north", "east", "west", "pick up", "drop off"),
    r"Blackjack-v\d": ("stick", "hit"),
}
# MiniGrid pays for the goal alone, and nothing for all other ends.
_SUCCESS: Final = {r"(MiniGrid|BabyAI)-.*": "positive_reward"}


def package_of(env_id: str) -> str | None:
    """Returns the package that registers an id when it is imported; None where none is known to."""
    return next((package for start, package in PACKAGES.items() if env_id.startswith(start)), None)


def action_names(env_id: str, number: int) -> tuple[str, ...] | None:
    """Returns what the environment's actions, or an action's parts, are called, where as many are known."""
    names = _of(_ACTION_NAMES, env_id)
    return names if names is not None and len(names) == number else None


def success_of(env_id: str) -> str | None:
    """Returns what counts as success there, where the environment itself tells in no other way."""
    return _of(_SUCCESS, env_id)


def _of(table: dict[str, Found], env_id: str) -> Found | None:
    return next((one for ids, one in table.items() if re.fullmatch(ids, env_id)), None)
