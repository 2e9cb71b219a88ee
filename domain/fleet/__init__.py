"""The history of the team's GPUs: who used which for how long, and the gaps in it.

This package computes on columns of a time grid; `services/fleet/` reads them.
"""
