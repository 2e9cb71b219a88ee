"""Read-only access to MLflow's own database, with a time limit for each statement."""
