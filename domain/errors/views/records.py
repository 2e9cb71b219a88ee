"""Why a view or a short address is not found, or not stored."""

from domain.errors import BadInput, Conflict, NotFound, ServiceUnavailable
from domain.messages import template


class NoSuchView(NotFound):
    """No view has this id, or it was deleted."""

    text = template("There is no such view: it was deleted, or its address is damaged.")


class ViewDeletedMeanwhile(Conflict):
    """The view to change was deleted."""

    text = template("This view was deleted meanwhile, so nothing was changed. Save it as a new one.")


class ViewChangedMeanwhile(Conflict):
    """Another user changed the view since the page read it."""

    text = template("This view was changed elsewhere meanwhile, so nothing was changed. Check it, and try again.")


class ViewOverwritten(Conflict):
    """Two users changed a view at the same moment, and the other change was written last."""

    text = template("This view was changed elsewhere at the same time, and that change was kept.")


class ViewNameTaken(Conflict):
    """Another view has this name."""

    text = template("Another view is already named “{name}”, so nothing was changed. Choose another name.")
    name: str


class ViewsFull(Conflict):
    """The limit of views is reached."""

    text = template("There are already {most} views, the maximum. Delete one that is no longer needed.")
    most: int


class ShortAddressUnknown(NotFound):
    """There is no such short address."""

    text = template("This short address does not exist: it was not created here, or it is damaged.")


class AddressDamaged(NotFound):
    """The address stored under a short form does not match its hash."""

    text = template("The target of this short address is damaged in MLflow.")


class AddressTooLong(BadInput):
    """The address is too long to be stored."""

    text = template("The address has more than {most} characters, the most that can be saved.")
    most: int


class ViewsNotRead(ServiceUnavailable):
    """The views were never read."""

    text = template("has not returned its views yet")
