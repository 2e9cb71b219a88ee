"""State of alerts: what is to be sent, what was sent, and which watcher may send; on disk and in MLflow."""
