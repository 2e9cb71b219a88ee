"""A trained policy as a file: exported, verified, measured, registered."""
