"""Where the files of a run appear, and what is said there."""
