"""Views that a team gives names, and addresses that are too long to send: no I/O."""
