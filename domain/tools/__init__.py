"""The libraries that runs come from: their names for metrics, the meaning of their steps, how their runs are
recognised.
"""
