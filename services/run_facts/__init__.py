"""What is asked for when somebody opens a run: what it read, what was made from it, what differs from another."""
