"""Imports folders of TensorBoard event files, and experiments of another MLflow, into the team's MLflow.

`reading/` parses bytes into points, `folders/` finds files and tracks how far each was read, `writing/` writes to
MLflow, `following/` connects these, and `copying/` copies experiments.
"""
