"""Threads of one process: work done once for all who ask for it, and work in the background.

What comes in here knows nothing of files, services or pages, so every process of ours may stand on it.
"""
