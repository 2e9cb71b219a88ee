"""The grid of charts of the comparison and of a run's page: its place, what the address says of it, its texts.

assets/chart_grid*.js draw it.
"""
