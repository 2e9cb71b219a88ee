"""Trainings on the team's cluster: Ray Jobs over REST, without Ray's own package."""
