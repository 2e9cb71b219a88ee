"""Why a run's file is missing or not shown."""
