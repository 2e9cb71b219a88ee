"""The front page: its tiles, one module for each."""
