"""Addresses and their layouts. Pages describe; they read no data, and nothing imports a page."""
