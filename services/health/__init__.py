"""Health checks of the services that Clew depends on."""
