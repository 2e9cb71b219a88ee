"""Why an environment cannot be made, or failed while it was played."""
