"""The routes for facts of a run besides its metrics."""
