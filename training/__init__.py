"""The trainer, a process of its own: the maze as a gymnasium environment, and training.

Heavy, optional dependencies.
"""
