"""The routes for changes of runs."""
