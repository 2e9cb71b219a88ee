"""The files of MLflow's runs: folders listed, files opened, by way of the server or of an address that it signed."""
