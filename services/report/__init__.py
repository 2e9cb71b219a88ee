"""The pictures of a report, within a limit of size."""
