"""All that is known of a run, and what differs between two, as JSON."""
