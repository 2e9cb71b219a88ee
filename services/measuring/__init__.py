"""Measurements of models that the inference engine makes: followed to their end, and kept, whoever still looks."""
