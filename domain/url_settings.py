"""The type of a setting that is an address, which may contain a name and a password."""

from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field

from domain.addresses import is_sound


def _being_sound(url: AnyHttpUrl | None) -> AnyHttpUrl | None:
    if url is not None and not is_sound(str(url), ("http", "https")):
        raise ValueError(
            "should be an address such as https://clew.example.com; what is no letter and no digit in a name or a "
            "password has to be encoded, such as / as %2F"
        )
    return url


OptionalUrl = Annotated[
    AnyHttpUrl | None, Field(repr=False), BeforeValidator(lambda value: value or None), AfterValidator(_being_sound)
]
