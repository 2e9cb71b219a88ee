"""The groups of compared runs: how they are chosen, and their statistics."""
