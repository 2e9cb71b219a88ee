"""The evaluation of models by unwatched episodes."""
