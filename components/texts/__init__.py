"""The reader's language: how words, numbers and failures are written.

What comes in here makes text; nothing in it makes a component.
"""
