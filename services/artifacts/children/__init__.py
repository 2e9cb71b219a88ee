"""Processes of their own that read what a stranger wrote, under limits of memory and time."""
