"""The content of a LOGDIR: folders and event files, how far each was read, and the points discarded by restarts."""
