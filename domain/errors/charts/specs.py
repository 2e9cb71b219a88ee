"""Why a chart's description is invalid."""

from domain.errors import BadInput, ClewError, NotFound
from domain.messages import template


class ChartUnreadable(BadInput):
    """Neither a metric nor JSON that describes a chart."""

    text = template("The chart in the address is invalid.")


class NoSuchWord(BadInput):
    """An @ is followed by an unknown metric word."""

    text = template("There is no preset “{word}” to draw.")
    word: str


class ChartOptionsOdd(BadInput):
    """Some chart options are invalid; `names` lists them."""

    text = template("The address has an invalid value for {names}.")
    names: str


class NoSuchMetric(NotFound):
    """The run has no metric with this key."""

    text = template("Run {run_id} has no metric “{key}”.")
    run_id: str
    key: str


class PointsMissing(ClewError):
    """A file of points ended early, as its last rows state; for the log."""

    status = 503
    text = template("A file of points was cut off: {number} histories are missing.")
    number: int


class HistoryOnItsWay(ClewError):
    """Some points of a metric have not been fetched yet."""

    status = 503
    text = template("The points of “{key}” are still loading: try again in a moment.")
    key: str


class NoSuchFormat(BadInput):
    """Points are not available in the requested format."""

    text = template("Points are not available as “{format}”, only as one of: {known}.")
    format: str
    known: str
