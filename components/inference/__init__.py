"""The inference page: the maze, its controls, the evaluation of a model."""
