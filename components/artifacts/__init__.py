"""Placeholders for the files of a run, and their texts."""
