"""What alerts say, and what is wrong with their file or a mute."""
