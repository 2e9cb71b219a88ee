"""What the watcher told, and what it is to be silent about, as pages and programs see it."""
