"""Why a view is not opened or not changed, and why an address has no short form."""
