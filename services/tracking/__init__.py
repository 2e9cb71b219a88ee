"""Training runs: the table of all runs, its refresh, and the sample data.

This package reads which runs there are; `histories` reads the points of metrics.
"""
