"""Facts about widespread packages: which ids they register, the names of actions, the rules of success."""

import re
from typing import Final, TypeVar

Found = TypeVar("Found")

# By the prefix of the ids that they register when imported.
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

# Those that only compute are imported in advance.
EARLY: Final = ("minigrid", "ale_py")

# Modules whose wrappers change only observations, actions or rewards, and open nothing.
WRAPPER_MODULES: Final = ("minigrid.wrappers",)

# Gymnasium's wrappers that a model may name: those that can be created from JSON, and neither write nor show
# anything.
WRAPPERS: Final = frozenset(
    {
        *("AtariPreprocessing", "DelayObservation", "DiscretizeObservation", "FilterObservation", "FlattenObservation"),
        *("FrameStackObservation", "GrayscaleObservation", "MaxAndSkipObservation", "AddRenderObservation"),
        *("ResizeObservation", "ReshapeObservation", "RescaleObservation", "TimeAwareObservation", "ClipAction"),
        *("DiscretizeAction", "RescaleAction", "StickyAction", "RepeatAction", "ClipReward", "TimeLimit"),
        *("AddWhiteNoise", "ObstructView"),
    }
)
# Left out: wrappers that only record, show or check, scale rewards by statistics of the training, or restart
# episodes.
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
# MiniGrid rewards only the goal, and no other end.
_SUCCESS: Final = {r"(MiniGrid|BabyAI)-.*": "positive_reward"}


def package_of(env_id: str) -> str | None:
    """Returns the package that registers an id when imported; None if unknown."""
    return next((package for start, package in PACKAGES.items() if env_id.startswith(start)), None)


def action_names(env_id: str, number: int) -> tuple[str, ...] | None:
    """Returns the names of the environment's actions, or of an action's parts, if their number matches."""
    names = _of(_ACTION_NAMES, env_id)
    return names if names is not None and len(names) == number else None


def success_of(env_id: str) -> str | None:
    """Returns the rule of success, for environments that do not report it themselves."""
    return _of(_SUCCESS, env_id)


def _of(table: dict[str, Found], env_id: str) -> Found | None:
    return next((one for ids, one in table.items() if re.fullmatch(ids, env_id)), None)
