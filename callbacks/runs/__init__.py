"""The callbacks and routes of the run pages."""
