"""Messages of the GPU monitor."""
