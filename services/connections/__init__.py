"""How the dashboard's services are wired, a part each."""
