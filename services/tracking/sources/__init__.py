"""Sources of the run list: MLflow's REST API, or its database where it is configured.

This package reads runs in portions that MLflow can handle, with the same results from both sources.
"""
