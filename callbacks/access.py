"""Who sent the present request, and whether they may change something."""

import flask

from services.connect import Services
from services.identity import writing_person


def writer(services: Services) -> str | None:
    """Returns the user who changes something on a page; None where the name is not known and not needed.

    Raises `ReadOnly`, and `SignInNeeded` where only known users may write.
    """
    return writing_person(flask.request.headers, flask.request.remote_addr, services.settings)
