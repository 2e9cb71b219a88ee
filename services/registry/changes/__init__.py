"""Users' changes of models: each request is executed once, and answered whenever it is repeated."""
