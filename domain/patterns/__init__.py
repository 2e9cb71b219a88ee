"""Patterns that users type, matched in bounded time."""
