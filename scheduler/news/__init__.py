"""What a viewer of one training is told: progress, curves, the end of the log."""
