"""The files of runs, as the pages ask for them."""
