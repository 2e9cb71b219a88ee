"""MLflow over REST, for every process of ours: runs, metric histories, the model registry.

What comes in here turns a request of MLflow's API into validated domain values. MLflow's own words stop here: no
cache, no refresh, no decision of Clew's.
"""
