"""Brings folders and runs together: which folder is read next, and what becomes of it."""
