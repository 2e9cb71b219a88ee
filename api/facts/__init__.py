"""The API of a run as a whole, and of the differences between two runs."""
