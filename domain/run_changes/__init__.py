"""Users' changes of runs: names, notes, tags and marks, the trash, and the history recorded in each run."""
