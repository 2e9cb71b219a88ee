"""The policy files of MLflow's versions: fetched once, kept for all workers, asked for again in time.

What comes in here is about bytes and where they are; whether a policy is any good is said elsewhere.
"""
