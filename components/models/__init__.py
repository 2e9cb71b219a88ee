"""Models on screen: the list, one model, changes of models, the history of activations."""
