"""The monitor's own history of its GPUs, for sites without Prometheus."""
