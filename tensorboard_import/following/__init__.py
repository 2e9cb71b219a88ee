"""Connects folders and runs: which folder is read next, and where its content is written."""
