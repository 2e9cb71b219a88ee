"""The history of the GPUs: what its page asks for."""
