"""The GPU monitor: one process for each GPU host, `python -m gpu_monitor`. It knows the domain only."""
