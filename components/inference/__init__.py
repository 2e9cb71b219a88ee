"""A policy at work on screen: the maze, its controls, what its evaluation found."""
