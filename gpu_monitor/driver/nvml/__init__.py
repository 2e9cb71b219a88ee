"""NVIDIA's driver, through NVML."""
