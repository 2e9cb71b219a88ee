"""The HTTP routes of the engine: evaluations of models, and drawn episodes."""
