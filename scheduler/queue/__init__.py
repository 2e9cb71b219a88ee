"""The trainings of one scheduler: as tags in MLflow, in memory, and what becomes of each.

What comes in here knows no HTTP server, and of the place where trainings run only `scheduler.backends`.
"""
