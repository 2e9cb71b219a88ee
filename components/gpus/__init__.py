"""GPUs on screen: a card for each, the live chart, the hosts."""
