"""Checkpoints: all that a training is made of at one moment, on disk, in formats that run no code when read."""
