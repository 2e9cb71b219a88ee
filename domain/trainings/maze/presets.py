"""Named hyperparameters of the maze's trainer; a preset's "default" is what the request type itself has.

Measured in the default maze, as share of the 100 held-out greedy episodes that reach the goal:

    PPO default      1000 episodes: 100 % with each of seeds 1 to 10; 500: 98 to 100 % (seeds 1 to 5); 6 to 22 s
    PPO small-net    1000: 98 to 100 % (seeds 1 to 5); 500: 67 to 82 % (seeds 1 to 4)
    PPO low-entropy   600: 54 and 98 % (seeds 1, 2)        PPO bad  400: 0 %
    DQN default       800: 100 % with each of seeds 1 to 5; 22 to 57 s
    DQN small-net     800: 56 to 100 % (seeds 1 to 5)      DQN bad  400: 8 %

Seconds are of one core that others used too. What a maze allows at most: `python -m training.learnability`.
"""

from typing import Any, Final

from domain.trainings.maze.requests import Algorithm

_SHORT_ROLLOUT: Final = {"n_steps": 64, "batch_size": 128}
PRESETS: Final[dict[Algorithm, dict[str, dict[str, Any]]]] = {
    "PPO": {
        "default": {},
        "small-net": {"net_arch": "16"},
        # This much entropy helps the training out of loops in which the greedy policy stays: seed 3 trained at 100 %
        # throughout, and its greedy policy reached 100 % after 500 episodes but 61 % after 1000.
        "high-entropy": {**_SHORT_ROLLOUT, "ent_coef": 0.1},
        # Converges too early: depending on the seed, it learns the near branches and runs out of steps in the far ones.
        "low-entropy": {**_SHORT_ROLLOUT, "ent_coef": 0.01},
        # Fails on purpose: steps so large that the policy collapses to one action and never explores again.
        "bad": {**_SHORT_ROLLOUT, "learning_rate": 0.3, "ent_coef": 0.0},
    },
    "DQN": {
        "default": {},
        "small-net": {"net_arch": "16"},
        # Fails on purpose: with gamma 0 it looks one step ahead, so only the cells next to the goal learn where it is.
        "bad": {"gamma": 0.0},
    },
}
