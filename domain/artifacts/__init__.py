"""What a run's files are: their paths, their kinds by name and first bytes, and what of them is shown. No I/O."""
