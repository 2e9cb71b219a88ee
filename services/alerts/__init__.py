"""Alerts and mutes as pages and the API read and change them."""
