"""Who may do what, for every process: which requests read, write or set to work, who asks, and who of them is refused.

What comes in here knows headers and settings, and no server: each process hands it the requests that it gets.
"""
