"""The scheduler: a process of its own, `python -m scheduler`. It queues, starts, watches and stops trainings.

The queue is in MLflow: each training is a run, whose tags hold its state.
"""
