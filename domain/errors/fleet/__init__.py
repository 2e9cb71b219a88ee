"""Failures of the GPU history, from the monitors or from Prometheus."""
