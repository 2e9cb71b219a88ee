"""Models on screen: the list, one model, what changes them, who activated which."""
