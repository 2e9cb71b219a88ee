"""Errors in the grouping of runs."""
