"""Settings and their types, and addresses as browsers can open them.

What comes in here reads the environment or works out an address; nothing connects.
"""
