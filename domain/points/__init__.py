"""Points of histories by themselves: as texts for files, and between which values they moved."""
