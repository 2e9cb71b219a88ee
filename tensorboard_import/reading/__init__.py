"""Parses event files as TensorBoard does: bytes in, validated points and events out. No I/O."""
