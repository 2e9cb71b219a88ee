"""The routes for charts: figures, the metrics to choose from, all points as a file."""
