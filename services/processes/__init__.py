"""The processes of `make run`: their definitions, their ports, and their supervision.

The dashboard itself imports nothing from this package.
"""
