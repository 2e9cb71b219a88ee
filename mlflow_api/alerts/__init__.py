"""Where alerts lie in MLflow, and what tells of them in few requests."""
