"""How the services that Clew depends on are doing.

What comes in here asks a service whether it is well, and is given whom to ask; what it is used for lives elsewhere.
"""
