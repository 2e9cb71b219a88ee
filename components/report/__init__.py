"""A comparison as one HTML file that works without Clew and offline: its parts as texts, piece by piece."""
