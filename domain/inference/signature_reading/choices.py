"""The ways in which a file can be read, where there are several: what a person, or the tag, chooses from."""

from collections.abc import Callable, Sequence

from domain.errors.policy_checks.signatures import SignatureUnclear
from domain.inference.signature_reading.hints import SignatureHints
from domain.messages import Message

Choice = tuple[Message, SignatureHints]
"""One reading, and what the tag says where it is chosen."""


def unclear(about: Callable[[Sequence[Message]], Message], choices: Sequence[Choice]) -> SignatureUnclear:
    """Returns the failure that asks for one of them."""
    shown = [{"text": text.json_value, "signature": hints.tag} for text, hints in choices]
    return SignatureUnclear(about([text for text, _hints in choices]), shown)
