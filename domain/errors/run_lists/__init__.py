"""Errors in requests for the list of runs."""
