"""What models' policies are checked against: the maze, or any environment that can be played here."""
