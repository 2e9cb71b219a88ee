"""What changed between runs, as tables: a column for each run, the first being what the others are held against."""
