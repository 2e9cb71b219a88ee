"""The files of MLflow's runs: lists folders and opens files, through the server or at an address that it signed."""
