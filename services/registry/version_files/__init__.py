"""The policy files of MLflow's versions: fetched once, cached for all workers, and compared again from time to time.

This package handles bytes and their location; other packages check policies.
"""
