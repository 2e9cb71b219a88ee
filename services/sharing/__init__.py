"""Sharing between the workers of one host: atomic files, a lock, and values that are shown while they are refreshed.

This package is generic: it does not depend on runs, models or services.
"""
