"""Trainings: what can be started, with which fields, and their states. No I/O."""
