"""Runs on screen: the list, one run, the comparison, what is exported of them."""
