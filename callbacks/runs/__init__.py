"""What happens on the pages of the runs."""
