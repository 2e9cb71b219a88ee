"""What the monitor keeps of its GPUs by itself, so that there is a history where no Prometheus is."""
