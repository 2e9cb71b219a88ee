"""How the dashboard reaches outside: MLflow, the model server, settings, caches. The only I/O of the dashboard."""
