"""What things are: pydantic types and pure rules. Imports nothing of ours and does no I/O."""
