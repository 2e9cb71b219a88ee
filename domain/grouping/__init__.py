"""Groups of runs: what runs can be grouped by, what is specific to a single run, and suggestions."""
