"""What is to be told, was told, and may be told: on disk, in MLflow, and by whom."""
