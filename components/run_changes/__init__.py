"""What people do with runs, on the pages: the note, the history, the buttons, and what is said of each change."""
