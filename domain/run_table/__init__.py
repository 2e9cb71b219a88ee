"""The run table: all runs as columns, without an object for each value, and access to any column by its reference."""
