"""gunicorn as every process of ours runs it: its event loop reads requests and sends answers, threads only make them.

What comes in here knows requests, answers and deadlines; what is asked for, and by whom, is known elsewhere.
"""
