"""Runs and what they logged: their table, histories, words for metrics, groups of seeds, final metrics.

Pure: what comes in here computes with values and reads nothing.
"""
