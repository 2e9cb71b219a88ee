"""The NVIDIA driver through NVML: one call at a time, each failure told apart."""
