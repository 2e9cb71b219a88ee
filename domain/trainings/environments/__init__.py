"""The built-in trainer for any Gymnasium environment: its request types, its presets, and its form."""
