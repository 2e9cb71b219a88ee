"""The processes of `make run`: which there are, their ports, and what keeps them alive.

What comes in here starts or watches a process; the dashboard itself imports nothing of it.
"""
