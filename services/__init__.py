"""The dashboard's outside: what callbacks and the API ask, and the only I/O of the dashboard.

What comes in here reaches out or remembers what was read. Each noun has a room of its own; `connect` wires them.
"""
