"""What a run holds beside its numbers: where it came from, what it read, and what differs between runs."""
