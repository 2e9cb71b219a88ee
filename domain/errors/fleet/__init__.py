"""What can be wrong with the history of the GPUs: what a monitor keeps, and what Prometheus answers."""
