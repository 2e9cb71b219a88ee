"""The ids of components that occur once on each of several pages."""


# Each page has these under its own ids: Dash tolerates an id that a page lacks, but not a callback of which only some
# ids exist.
def tick(place: str) -> str:
    """Returns the id of the interval that makes the page at `place` (runs or run) poll for updates."""
    return f"{place}-tick"


def failure(place: str) -> str:
    """Returns the id of the page's error message."""
    return f"{place}-failure"


def failure_alert(place: str) -> str:
    """Returns the id of the alert with that message and its Retry button."""
    return f"{place}-failure-alert"


def refused(place: str) -> str:
    """Returns the id of the sentence on why buttons at `place` are disabled for this reader."""
    return f"{place}-refused"


def retry(place: str) -> str:
    """Returns the id of the Retry button."""
    return f"{place}-retry"


def grid(place: str) -> str:
    """Returns the id of the grid of charts at `place` (compare or run)."""
    return f"{place}-grid"


def grid_begin(place: str) -> str:
    """Returns the id of the store with the grid's initial data."""
    return f"{place}-grid-begin"


def grid_shown(place: str) -> str:
    """Returns the id of the store with what the grid should show."""
    return f"{place}-grid-shown"


def options(place: str) -> str:
    """Returns the id of the store with the chart options of that grid."""
    return f"{place}-options"


def chart(place: str, word: str) -> str:
    """Returns the id of the chart of `word` (a metric word) in that grid."""
    return f"{place}-chart-{word.replace('_', '-')}"
