"""What the workers of one host share: files written whole, one lock, and a value that is shown while it is read anew.

What comes in here knows no run, no model and no service.
"""
