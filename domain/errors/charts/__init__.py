"""Errors of charts that a page, a link or the API requests."""
