"""Metric histories as columns: fetched once, kept in files, read by the database where that is open.

What comes in here fetches, keeps or evicts the points of a metric.
"""
