"""MLflow's own database, where the operator opens it: only ever read, and each statement in time."""
