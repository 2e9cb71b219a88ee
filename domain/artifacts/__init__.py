"""The files of runs: their paths, their kinds by name and first bytes, and how they are previewed. No I/O."""
