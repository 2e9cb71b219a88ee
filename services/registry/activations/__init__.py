"""Who activated which model, and when: tags of the registered model, and what was moved out of it."""
