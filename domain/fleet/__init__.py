"""The history of the team's GPUs: who used which for how long, and what is not known of it.

What comes in here is a rule about columns of a step grid; where they are read is `services/fleet/`.
"""
