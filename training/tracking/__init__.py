"""Clew's trainer and MLflow: one run's numbers, files and end, told whenever MLflow is there to hear them."""
