"""Copies an experiment of another MLflow, run by run; an interrupted copy can be continued."""
