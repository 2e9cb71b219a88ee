"""The trainer of ours for any other environment: what it can be asked for, its presets, and the form made of both."""
