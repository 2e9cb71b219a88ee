"""Logs one run to MLflow: its numbers, files and end; what MLflow cannot receive now is sent later."""
