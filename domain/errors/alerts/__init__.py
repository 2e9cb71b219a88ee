"""Texts of alerts, and errors of the alerts file and of mutes."""
