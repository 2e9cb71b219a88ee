"""The agent and its mazes: gymnasium's face of the maze, Stable-Baselines3's algorithms, what watches them learn."""
