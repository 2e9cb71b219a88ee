"""The storage of a run table: a pool of texts, cells by row and key, and all arrays together."""
