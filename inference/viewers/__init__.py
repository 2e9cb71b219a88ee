"""The viewers: the conversation with each, the episode that each watches, and what of it is told."""
