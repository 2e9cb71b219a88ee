"""/api/gpus: GPU usage."""
