"""How good a model is: episodes that are played for nobody to watch."""
