"""Measurements of models by the inference engine: followed to their end, and stored, even if no page is open."""
