"""Flask blueprints: the JSON edge for machines."""
