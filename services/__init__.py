"""The dashboard's access to the outside, used by callbacks and the API; the only I/O of the dashboard.

This package reads from and writes to other services and caches what was read. Each topic has a subpackage; `connect`
wires them.
"""
