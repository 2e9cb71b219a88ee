"""What of a chart's description cannot be understood."""

from domain.errors import BadInput, NotFound
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
