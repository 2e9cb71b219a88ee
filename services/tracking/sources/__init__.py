"""Where the run list comes from: MLflow's REST API, always, and its database where the operator opens it.

What comes in here asks for runs in pieces that MLflow can carry, and says of both sources the same.
"""
