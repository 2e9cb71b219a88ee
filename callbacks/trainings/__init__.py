"""The routes of the training pages, as assets/training_*.js asks for them, and what their browser code begins with.

No callbacks of Dash's: those show no answer to what was asked again meanwhile, and say nothing where none comes.
"""
