"""Points of histories: as texts for files, and their extremes."""
