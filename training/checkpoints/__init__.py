"""Checkpoints: the complete state of a training on disk, in formats that execute no code when read."""
