"""The ids of what several pages have, each one of its own."""


# Each page has these of its own: Dash allows an id that some page lacks, but not a callback that half exists.
def tick(place: str) -> str:
    """Returns the id of what makes the page at `place` (runs or run) ask for news."""
    return f"{place}-tick"


def failure(place: str) -> str:
    """Returns the id of the sentence that says what failed."""
    return f"{place}-failure"


def failure_alert(place: str) -> str:
    """Returns the id of the box around that sentence and its Retry button."""
    return f"{place}-failure-alert"


def refused(place: str) -> str:
    """Returns the id of the sentence that says why buttons at `place` are disabled for this reader."""
    return f"{place}-refused"


def retry(place: str) -> str:
    """Returns the id of the Retry button."""
    return f"{place}-retry"


def grid(place: str) -> str:
    """Returns the id of the grid of charts at `place` (compare or run)."""
    return f"{place}-grid"


def grid_begin(place: str) -> str:
    """Returns the id of what that grid begins with."""
    return f"{place}-grid-begin"


def grid_shown(place: str) -> str:
    """Returns the id of what that grid has been told to show."""
    return f"{place}-grid-shown"


def options(place: str) -> str:
    """Returns the id of how the charts of that grid are drawn."""
    return f"{place}-options"


def chart(place: str, word: str) -> str:
    """Returns the id of the chart of `word` (a metric word) in that grid."""
    return f"{place}-chart-{word.replace('_', '-')}"
