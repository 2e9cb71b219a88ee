"""This machine as a place where trainings run: slots, GPUs, and a keeper process for each training."""
