"""The built-in trainer for the maze: its request types, its presets, and its form."""
