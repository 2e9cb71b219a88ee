"""Columns by the words of the vocabulary: each run is read by the names that its own tool uses."""
