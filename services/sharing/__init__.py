"""What the workers of one host share: files written whole, locks, work in the background.

What comes in here knows no run, no model and no service.
"""
