"""What a query of the run list does with whole columns: filter, sort, put families together."""
