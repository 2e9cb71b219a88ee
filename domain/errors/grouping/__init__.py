"""What is wrong with how runs are to be grouped."""
