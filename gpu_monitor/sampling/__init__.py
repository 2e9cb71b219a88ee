"""The child process that reads the driver, what keeps it going, and the example session in its place."""
