"""Writing to MLflow: allowed names, tags that identify a run, batches, files, and retries."""
