"""The team's models: a protocol with two backends, the checks of their policies, what is kept with them.

What comes in here reads or changes models; whether a change is allowed is said in `domain`.
"""
