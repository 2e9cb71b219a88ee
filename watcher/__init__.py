"""The watcher: one process for a team that tells it what happened, once, where it talks."""
