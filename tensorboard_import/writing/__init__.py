"""MLflow's side of an import: names that it takes, tags that say what a run is, batches, files, and patience."""
