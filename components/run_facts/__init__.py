"""What a run holds beside its numbers, and what differs between runs: tables of elements of HTML alone."""
