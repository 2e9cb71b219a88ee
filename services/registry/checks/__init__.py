"""What the policies of models are checked against: the maze, or any environment that can be played in here."""
