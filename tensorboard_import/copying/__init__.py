"""Copies an experiment of another MLflow, run by run; begun again, it goes on where it was."""
