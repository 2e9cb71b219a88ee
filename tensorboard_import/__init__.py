"""Folders of TensorBoard event files, and experiments of another MLflow, as runs in the team's MLflow.

`reading/` turns bytes into points, `folders/` knows what lies where and how far it was read, `writing/` is MLflow's
side, `following/` brings them together, and `copying/` copies experiments.
"""
