"""The GPU monitor: one process for each GPU host, `python -m gpu_monitor`. It imports only the domain and sockets."""
