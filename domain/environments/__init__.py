"""Environments: their spaces, their facts, and how a model names the one it was trained on."""
