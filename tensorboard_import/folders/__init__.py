"""What lies under a LOGDIR: its folders and event files, how far each was read, and what a restart made void."""
