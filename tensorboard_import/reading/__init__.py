"""What an event file holds, as TensorBoard itself reads it: bytes in, checked points and events out. No I/O."""
