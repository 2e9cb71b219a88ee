"""What a check of a policy finds: the reasons of PolicyRefused that only a check can give."""
