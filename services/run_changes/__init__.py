"""Users' changes of runs: editing, deleting, restoring, purging."""
