"""The run list's rows, as the screen and a CSV file have them: from the columns of the run table."""
