"""The API's changes of runs."""
