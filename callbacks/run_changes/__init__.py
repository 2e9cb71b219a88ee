"""What people do with runs, as the pages ask for it."""
