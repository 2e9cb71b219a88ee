"""What a report takes from others than the runs themselves: pictures, as many as a file may hold."""
