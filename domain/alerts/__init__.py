"""Alerts: kinds of events, the rules for sending them, and what was sent."""
