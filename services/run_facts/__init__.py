"""Data that is read when a user opens a run: its datasets, GPUs and files, and the models made from it."""
