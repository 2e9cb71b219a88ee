"""MLflow's calls for changes of runs."""
