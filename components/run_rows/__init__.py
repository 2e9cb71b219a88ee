"""The run list's rows for the screen and for CSV, from the columns of the run table."""
