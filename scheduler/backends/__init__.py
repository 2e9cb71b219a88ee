"""Where trainings run: the interface of such a place."""
