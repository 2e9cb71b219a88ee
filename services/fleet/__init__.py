"""The history of the team's GPUs, from Prometheus or from the GPU monitors.

This package reads and caches it; `domain/fleet/` has the rules.
"""
