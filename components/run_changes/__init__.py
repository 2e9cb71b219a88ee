"""Changes of runs on the pages: the note, the history, the buttons, and the messages about results."""
