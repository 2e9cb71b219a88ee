"""The readings of an ambiguous policy file, from which a user or the tag chooses."""

from collections.abc import Callable, Sequence

from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.inference.signature_reading.hints import SignatureHints
from domain.messages import Message

Choice = tuple[Message, SignatureHints]
"""One reading, and the content of the tag that selects it."""


def unclear(about: Callable[[Sequence[Message]], Message], choices: Sequence[Choice]) -> SignatureUnclear:
    """Returns the failure that offers these choices."""
    shown = [{"text": text.json_value, "signature": hints.tag} for text, hints in choices]
    return SignatureUnclear(about([text for text, _hints in choices]), shown)
