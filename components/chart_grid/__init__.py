"""The grid of charts of a comparison or a run: its placeholder, its part of the address, its texts.

assets/chart_grid*.js draw it.
"""
