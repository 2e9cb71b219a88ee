"""MLflow's REST API for all of Clew's processes: runs, metric histories, the model registry.

These modules turn MLflow's answers into validated domain values. MLflow's own terms stop here; there is no cache, no
refresh, and no decision of Clew's.
"""
