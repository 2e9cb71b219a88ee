"""gunicorn for all of Clew's processes: its event loop does all network I/O, threads only compute answers.

These modules know requests, answers and deadlines, but not their content or senders. `operations/` is about content:
there, HTTP routes declare what they take, answer and refuse.
"""
