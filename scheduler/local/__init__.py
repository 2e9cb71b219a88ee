"""Trainings on this machine: slots, GPUs, and a keeper process for each training."""
