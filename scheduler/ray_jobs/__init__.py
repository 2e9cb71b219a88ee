"""The team's cluster as a place where trainings run: Ray Jobs over REST, without Ray's own package."""
