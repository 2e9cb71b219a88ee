"""The messages to viewers of one training: progress, curves, the end of the log."""
