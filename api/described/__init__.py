"""What the API has, for docs/openapi.yaml: each operation, and how it may fail."""
