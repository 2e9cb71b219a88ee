"""/api/gpus: who used how much of the GPUs."""
