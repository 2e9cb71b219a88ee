"""The child process that reads the driver, its supervision, and the example session that may replace it."""
