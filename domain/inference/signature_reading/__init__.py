"""Determines how a policy file's tensors are fed and read, from names, shapes and types, or from its tag."""
