"""Each vendor's driver behind one protocol, a call at a time, each failure told apart; and who is on the GPUs."""
