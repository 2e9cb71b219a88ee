"""The relations of runs: a scatter plot and parallel coordinates of any of their columns."""
