"""What a run table lies in: a pool of texts, cells by row and key, and all arrays together."""
