"""The history of the team's GPUs, from Prometheus or from what each monitor keeps.

What comes in here asks one of the two, or remembers what it told; what it means is `domain/fleet/`.
"""
