"""The history of activations: tags of the registered model, and an archive of older ones."""
