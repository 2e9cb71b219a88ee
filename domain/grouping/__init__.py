"""What makes a group of runs: what one can group by, what is a run's own, and what is offered."""
