"""How a policy file is to be asked and read: recognised by names, shapes and types, or by what its tag says."""
