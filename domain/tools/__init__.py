"""The libraries that runs come from: what each calls its metrics, what its steps count, how its runs are known."""
