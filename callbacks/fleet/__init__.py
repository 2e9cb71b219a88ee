"""The page of the GPU history."""
