"""A run's other data than metrics: its origin, its datasets, and the differences between runs."""
