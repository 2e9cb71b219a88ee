"""Callbacks and page routes: each takes an event, calls a service and returns a component.

Each module has `register(app, services)`.
"""
