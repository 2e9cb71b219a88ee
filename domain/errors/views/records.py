"""Why a view or a short address is not found, or not stored."""

from domain.errors import BadInput, Conflict, NotFound, ServiceUnavailable
from domain.messages import template


class NoSuchView(NotFound):
    """No view has this id, or it was deleted."""

    text = template("There is no such view: it was deleted, or its address is damaged.")


class ViewDeletedMeanwhile(Conflict):
    """The view to change was deleted."""

    text = template("Somebody deleted this view meanwhile, so nothing was done. Save it as a new one.")


class ViewChangedMeanwhile(Conflict):
    """Another user changed the view since the page read it."""

    text = template("Somebody changed this view meanwhile, so nothing was done. Look at it, and try again.")


class ViewOverwritten(Conflict):
    """Two users changed a view at the same moment, and the other change was written last."""

    text = template("Somebody changed this view in the same moment, and that change counts.")


class ViewNameTaken(Conflict):
    """Another view has this name."""

    text = template("Another view has the name “{name}”, so nothing was done. Choose another name.")
    name: str


class ViewsFull(Conflict):
    """The limit of views is reached."""

    text = template("There are {most} views, and no more are kept. Delete one that nobody needs.")
    most: int


class ShortAddressUnknown(NotFound):
    """There is no such short address."""

    text = template("This short address leads nowhere: it was never made here, or it is damaged.")


class AddressDamaged(NotFound):
    """The address stored under a short form does not match its hash."""

    text = template("What this short address led to is damaged in MLflow.")


class AddressTooLong(BadInput):
    """The address is too long to be stored."""

    text = template("The address has more than {most} characters, and no more are kept.")
    most: int


class ViewsNotRead(ServiceUnavailable):
    """The views were never read."""

    text = template("has not told its views yet")
