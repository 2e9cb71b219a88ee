"""What a run holds beside its numbers, as the pages ask for it."""
