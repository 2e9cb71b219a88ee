"""The vocabulary of the application: pydantic types and pure rules. Imports no other package of this repository and
does no I/O.
"""
