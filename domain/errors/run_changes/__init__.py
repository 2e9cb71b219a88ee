"""Why a run is not changed, deleted or restored."""
