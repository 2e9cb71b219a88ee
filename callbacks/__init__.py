"""Event to service to component. Each file has `register(app, services)`."""
