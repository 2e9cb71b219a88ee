"""A trained policy as a file: exported, proved, measured, registered."""
