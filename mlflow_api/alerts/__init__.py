"""The storage of alerts in MLflow, and the watcher's combined queries."""
