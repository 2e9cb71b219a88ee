"""A process of its own: gymnasium's face of the maze, and the trainer. Heavy dependencies, an extra."""
