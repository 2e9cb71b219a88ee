"""A comparison as one HTML file that opens without Clew and without a network: its parts as texts, piece by piece."""
