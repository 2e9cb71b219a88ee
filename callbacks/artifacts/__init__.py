"""The routes for files of runs."""
