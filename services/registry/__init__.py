"""The team's models: a protocol with two backends, policy checks, and data stored with models.

This package reads and changes models; the rules for changes are in `domain`.
"""
