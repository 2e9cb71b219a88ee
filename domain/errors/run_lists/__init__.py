"""What is wrong with what was asked of the list of runs."""
