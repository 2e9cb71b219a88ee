"""Running policies: the maze, the contract of a policy, the engine's messages, evaluations."""
