"""Errors in requests to Clew itself, over its API or from its pages."""

from collections.abc import Mapping

from domain.errors import ClewError
from domain.messages import Message, Reason, template


class RequestRefused(ClewError):
    """The request is invalid; `fields` holds the reason for each field."""

    status = 422
    fields: Mapping[str, Reason]

    @property
    def details(self) -> dict[str, str]:
        """The reason for each field, in English."""
        return {name: str(reason) for name, reason in self.fields.items()}


class ContractMisfit(RequestRefused):
    """The query or the JSON body violates the contract."""

    text = template("The request does not match the specification.")


class BodyNotJson(RequestRefused):
    """The body is not JSON."""

    text = template("The body is not JSON.")
    status = 400


class RunIdsMalformed(RequestRefused):
    """Some of the given texts cannot be run ids."""

    text = template("Some of these are not run ids.")


class RunIdsMissing(RequestRefused):
    """No runs to compare were given."""

    text = template("Specify the runs to compare.")


class CallbackMisfit(RequestRefused):
    """The request to Dash's callback address is not a call of a page."""

    text = template("This is not a call from a page of Clew.")
    status = 400


class CallbackUnknown(RequestRefused):
    """A page calls a callback that does not exist, as a page of an older version may."""

    text = template("Clew has no such callback; reload the page.")
    status = 400


class CountOfMalformed(Message):
    """The number of malformed run ids."""

    text = template("{number} of the ids are not run ids")
    number: int


class RunIdsRequired(Message):
    """Required run ids are missing."""

    text = template("a comma-separated list of run ids is required")


class GivenTwice(Message):
    """A parameter occurs more than once in the address."""

    text = template("is given more than once")


class Unknown(Message):
    """Stands in for an unknown value."""

    text = template("unknown")


class ForeignPage(ClewError):
    """A page of another site sends a write in the user's name."""

    text = template("This request comes from a page of another site; Clew refuses those.")
    status = 403


class HostNotTrusted(ClewError):
    """The request's `Host` is not a name of this Clew; `host` is quoted."""

    text = template("Requests to the host name {host} are refused; TRUSTED_HOSTS lists the names that are allowed.")
    status = 400
    host: str


class RequestUnclear(ClewError):
    """The request is not valid HTTP."""

    text = template("The request is invalid.")
    status = 400


class NoSuchAddress(ClewError):
    """There is no such API address."""

    text = template("This address does not exist.")
    status = 404


class MethodNotTaken(ClewError):
    """The address exists for other methods."""

    text = template("This address does not accept that method.")
    status = 405


class RequestTooLong(ClewError):
    """The request's body is too long."""

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
    """An error in Clew itself; `reference` identifies it in the log."""

    text = template("An internal error occurred in Clew; see {reference} in its log.")
    reference: str


class HeadTooLong(ClewError):
    """The request's head is too long."""

    text = template("The headers of the request are too long.")
    status = 431


class RequestTooSlow(ClewError):
    """The request's body came too slowly, or incompletely."""

    text = template("The request was sent too slowly and was cut off.")
    status = 408


class TooManyAtOnce(ClewError):
    """The limit of waiting requests of this kind is reached; the answer contains a Retry-After header."""

    text = template("Too many requests of this kind are in progress; try again in a few seconds.")
    status = 503


class PageNotAllowed(ClewError):
    """A page of another site sent a request to a process that restricts origins."""

    text = template("Pages from {origin} may not use this; ALLOWED_ORIGINS lists the origins that may.")
    status = 403
    origin: str
