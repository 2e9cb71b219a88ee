"""Gymnasium environments, each created and played in a process of its own under limits."""
