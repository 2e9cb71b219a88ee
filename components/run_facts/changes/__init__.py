"""What changed between runs, as tables with a column for each run; the first run is the reference."""
