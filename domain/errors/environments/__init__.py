"""Why an environment cannot be made, or went wrong while it was played in."""
