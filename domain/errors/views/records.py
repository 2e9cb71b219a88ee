"""Why a view or a short address is not there, or is not kept."""

from domain.errors import BadInput, Conflict, NotFound, ServiceUnavailable
from domain.messages import template


class NoSuchView(NotFound):
    """No view has this id, any more or ever."""

    text = template("There is no such view: it was deleted, or its address is damaged.")


class ViewDeletedMeanwhile(Conflict):
    """A view was deleted before it was changed."""

    text = template("Somebody deleted this view meanwhile, so nothing was done. Save it as a new one.")


class ViewChangedMeanwhile(Conflict):
    """A view was changed by somebody since the page read it."""

    text = template("Somebody changed this view meanwhile, so nothing was done. Look at it, and try again.")


class ViewOverwritten(Conflict):
    """Two changed a view at the same moment, and the other one's change came last."""

    text = template("Somebody changed this view in the same moment, and that change counts.")


class ViewNameTaken(Conflict):
    """Another view has this name."""

    text = template("Another view has the name “{name}”, so nothing was done. Choose another name.")
    name: str


class ViewsFull(Conflict):
    """There are as many views as may be."""

    text = template("There are {most} views, and no more are kept. Delete one that nobody needs.")
    most: int


class ShortAddressUnknown(NotFound):
    """Nothing is kept under this short form."""

    text = template("This short address leads nowhere: it was never made here, or it is damaged.")


class AddressDamaged(NotFound):
    """What is kept under a short form is not what it was made of."""

    text = template("What this short address led to is damaged in MLflow.")


class AddressTooLong(BadInput):
    """An address is longer than what is kept."""

    text = template("The address has more than {most} characters, and no more are kept.")
    most: int


class ViewsNotRead(ServiceUnavailable):
    """The views were never read."""

    text = template("has not told its views yet")
