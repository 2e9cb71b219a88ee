"""Runs and what they logged: histories, vocabulary, groups of seeds, final metrics, scores.

Pure: this package computes with values and does no I/O.
"""
