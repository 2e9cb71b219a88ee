"""Trainings: which can be started, with which fields, and what becomes of one. No I/O."""
