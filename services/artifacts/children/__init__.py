"""Child processes that parse untrusted files under limits of memory and time."""
