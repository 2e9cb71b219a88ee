"""What an environment is: its spaces, what is known of it, and how a model names the one it was trained on."""
