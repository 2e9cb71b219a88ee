"""Pages: addresses and layouts. They read no data, and nothing imports a page."""
