"""Untrusted policy files: read, checked and run in processes of their own, under limits."""
