"""WebSockets that stay open: who may come in, how many, how they end, and the server under them."""
