"""The agent and its environments.

The maze for gymnasium, Stable-Baselines3's algorithms, and the callback that tracks learning.
"""
