"""What the pages ask for their charts: figures, the metrics to choose from, all points as a file."""
