"""What is wrong with a request to Clew itself, over its API or from one of its pages."""

from collections.abc import Mapping

from domain.errors import ClewError
from domain.messages import Message, Reason, template


class RequestRefused(ClewError):
    """The request does not fit; `fields` says by field what was wrong."""

    status = 422
    fields: Mapping[str, Reason]

    @property
    def details(self) -> dict[str, str]:
        """What was wrong with each field, in English."""
        return {name: str(reason) for name, reason in self.fields.items()}


class ContractMisfit(RequestRefused):
    """The query, or a body that is JSON, does not fit the contract."""

    text = template("The request does not fit the contract.")


class BodyNotJson(RequestRefused):
    """The body is no JSON."""

    text = template("The body is no JSON.")
    status = 400


class RunIdsMalformed(RequestRefused):
    """Some of the ids to compare can be no run's."""

    text = template("Not all of these can be runs.")


class RunIdsMissing(RequestRefused):
    """No ids were given to compare."""

    text = template("Say which runs to compare.")


class CallbackMisfit(RequestRefused):
    """What came to Dash's own address is no call of a page."""

    text = template("This is no call of a page of Clew.")
    status = 400


class CallbackUnknown(RequestRefused):
    """A page calls what is not there, as one of an older version may."""

    text = template("Clew has no such callback; reload the page.")
    status = 400


class CountOfMalformed(Message):
    """How many ids can be none."""

    text = template("{number} of the ids can be no run's")
    number: int


class RunIdsRequired(Message):
    """What stands in place of nothing."""

    text = template("a comma list of run ids is required")


class GivenTwice(Message):
    """A parameter of the address that is one value, and stands there several times."""

    text = template("is given more than once")


class Unknown(Message):
    """A value of which nothing is known."""

    text = template("unknown")


class ForeignPage(ClewError):
    """A page of another site sends a write in the reader's name."""

    text = template("This request comes from a page of another site; Clew refuses those.")
    status = 403


class HostNotTrusted(ClewError):
    """The request asks for us under a name that is not ours; `host` quoted."""

    text = template("This is not answered under the name {host}; TRUSTED_HOSTS lists the names that are.")
    status = 400
    host: str


class RequestUnclear(ClewError):
    """The request is no HTTP that makes sense."""

    text = template("The request makes no sense.")
    status = 400


class NoSuchAddress(ClewError):
    """Clew has no such address among those that answer with data."""

    text = template("There is no such address.")
    status = 404


class MethodNotTaken(ClewError):
    """The address is there, for other methods."""

    text = template("This address does not take that method.")
    status = 405


class RequestTooLong(ClewError):
    """The body is longer than is read."""

    text = template("The request is longer than {kib} KiB.")
    status = 413
    kib: int


class NotSentAsJson(ClewError):
    """The body is not declared as JSON."""

    text = template("The body has to be JSON, with Content-Type: application/json.")
    status = 415


class OtherRefusal(ClewError):
    """Another refusal of the HTTP server, in its own words."""

    text = "{reason}"
    reason: Reason


class Unexpected(ClewError):
    """A mistake of Clew's own; `reference` finds it in the log."""

    text = template("Something in Clew itself went wrong; its log has it under {reference}.")
    reference: str


class HeadTooLong(ClewError):
    """The request's head is longer than is read."""

    text = template("The head of the request is longer than is read.")
    status = 431


class RequestTooSlow(ClewError):
    """The request's body came too slowly, or not to its end."""

    text = template("The request came too slowly and was cut off.")
    status = 408


class TooManyAtOnce(ClewError):
    """As many requests of this kind wait as may; the answer says when to come back."""

    text = template("Too many such requests are under way; try again in some seconds.")
    status = 503


class PageNotAllowed(ClewError):
    """A page of another site asks a process that answers only to some."""

    text = template("Pages of {origin} may not ask this; ALLOWED_ORIGINS names those that may.")
    status = 403
    origin: str
