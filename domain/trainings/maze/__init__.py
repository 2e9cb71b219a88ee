"""The trainer of ours: what PPO or DQN in the maze can be asked for, its presets, and the form made of both."""
