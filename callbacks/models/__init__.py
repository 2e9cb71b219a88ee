"""The callbacks and routes of the model pages."""
