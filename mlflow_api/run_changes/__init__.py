"""MLflow's calls for what people do with runs."""
