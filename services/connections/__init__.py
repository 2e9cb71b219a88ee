"""The wiring of the dashboard's services, one module per topic."""
