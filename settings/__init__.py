"""Settings and their types, and addresses in the form that browsers need.

These modules read the environment or compute an address; nothing connects.
"""
