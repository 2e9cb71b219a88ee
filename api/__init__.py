"""Flask blueprints: the JSON API for programs, and the edge of the whole app."""
