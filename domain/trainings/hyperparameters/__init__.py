"""The hyperparameters of our own trainers: how one is declared, and those that several requests have."""
