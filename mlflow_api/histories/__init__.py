"""Histories of metrics over REST, as columns."""
