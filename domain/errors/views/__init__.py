"""Why a view is not opened or changed, and why an address has no short form."""
