"""Models, their states, their measured success."""
