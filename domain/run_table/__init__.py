"""The run table: all runs as columns, without an object for each value, and any column of it by its reference."""
