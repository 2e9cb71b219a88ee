"""The trainings of one scheduler: as tags in MLflow, in memory, and the changes of their states.

These modules know no HTTP server, and only `scheduler.backends` of the places where trainings run.
"""
