"""Why a file of a run is not there, or is not shown."""
