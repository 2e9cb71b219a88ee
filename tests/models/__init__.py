"""A package, so that pytest does not put this folder on the path: its policies.py would hide the package policies/."""
