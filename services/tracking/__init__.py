"""Training runs: the table of all runs, its refresh, and the sample data.

What comes in here answers what runs there are; what one of them logged is in `histories`.
"""
