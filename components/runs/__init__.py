"""Runs on screen: the list, one run, the comparison, exports."""
