"""Gymnasium's environments, each made and played in a process of its own under limits."""
