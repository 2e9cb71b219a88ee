"""The viewers: the dialogue with each, the episode that each watches, and its messages."""
