"""What of a chart's description cannot be understood."""

from domain.errors import BadInput, ClewError, NotFound
from domain.messages import template


class ChartUnreadable(BadInput):
    """No metric, or JSON that describes no chart."""

    text = template("What the address says of a chart cannot be understood.")


class NoSuchWord(BadInput):
    """An @ stands before what is no word of ours."""

    text = template("There is no preset “{word}” to be drawn.")
    word: str


class ChartOptionsOdd(BadInput):
    """Some of the options make no sense; `names` lists them."""

    text = template("The address says something odd about {names}.")
    names: str


class NoSuchMetric(NotFound):
    """The run has not logged this."""

    text = template("Run {run_id} has no metric “{key}”.")
    run_id: str
    key: str


class PointsMissing(ClewError):
    """A file of points ends before it is whole, having said so in its last rows; for the log."""

    status = 503
    text = template("{number} histories are missing in a file of points, which was broken off.")
    number: int


class HistoryOnItsWay(ClewError):
    """Not all points of a metric are read yet."""

    status = 503
    text = template("The points of “{key}” are still on their way: try again in a moment.")
    key: str


class NoSuchFormat(BadInput):
    """Points are not written in what was asked for."""

    text = template("Points do not come as “{format}”, but as one of: {known}.")
    format: str
    known: str
