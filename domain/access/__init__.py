"""Access control for every process: what a request does (read, write, work), who sends it, and whether it is refused.

This package reads headers and settings but no server objects: each process passes it the requests it receives.
"""
