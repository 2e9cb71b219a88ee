"""The hyperparameters of the built-in trainers: how one is declared, and those that several requests share."""
