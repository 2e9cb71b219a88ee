"""The reader's language: how words, numbers and failures are written.

These modules return text; none of them returns a component.
"""
