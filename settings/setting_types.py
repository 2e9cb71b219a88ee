"""The types of the dashboard's settings: what each accepts, and the message for invalid values."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from domain.addresses import credentials_in, is_sound, is_sound_database
from domain.errors import BadInput
from domain.hosts import Origin, listing_hosts
from settings.gpu_addresses import read_addresses
from settings.vocabulary_file import read_vocabulary

EVERY_TAGGED: Final = "*"
"""In a list of registered models: all that have the tag."""
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_LONGEST_NAME: Final = 190  # with a version's number it is an id


def _checked(path: Path | None) -> Path | None:
    try:
        if path is not None:
            read_vocabulary(path)
    except BadInput as error:
        raise ValueError(str(error).removesuffix(".")) from error
    return path


def _listing_monitors(listed: str) -> str:
    read_addresses(listed)
    return listed


def listed_names(listed: str) -> list[str]:
    """Returns the names in a comma-separated list."""
    return [name.strip() for name in listed.split(",")]


def _naming_models(listed: str) -> str:
    for name in listed_names(listed):
        if not name or any(sign in name for sign in "/:") or len(name) > _LONGEST_NAME:
            raise ValueError(f"should be names of registered models, such as cartpole,pong, or *; {name!r} is none")
    return listed


def origins_in(listed: str) -> frozenset[Origin]:
    """Returns the origins in a comma-separated list; raises ValueError that names an invalid entry."""
    found = {one.strip(): Origin.of(one) for one in listed.split(",") if one.strip()}
    for entry, origin in found.items():
        if origin is None or origin.scheme not in ("http", "https"):
            raise ValueError(f"should be addresses such as http://minio.example.com:9000; {entry!r} is none")
    return frozenset(origin for origin in found.values() if origin is not None)


def _naming_stores(listed: str) -> str:
    origins_in(listed)
    return listed


def _being_a_socket(url: str) -> str:
    if url and not is_sound(url, ("ws", "wss")):
        raise ValueError("should be an address such as wss://models.example.com/ws/inference")
    if credentials_in(url):
        raise ValueError("should be an address without a password: every reader's browser gets it")
    return url


def _being_a_database(uri: str | None) -> str | None:
    if uri is not None and uri.startswith("postgresql") and not is_sound_database(uri):
        raise ValueError("should be an address such as postgresql://clew_reader:…@127.0.0.1:5432/mlflow")
    return uri


def named_folders(listed: str) -> dict[str, Path]:
    """Returns the folders in a comma-separated list of name=path, by name."""
    pairs = [one.partition("=") for one in listed.split(",") if one.strip()]
    return {name.strip(): Path(path.strip()).expanduser() for name, _sign, path in pairs}


def _naming_folders(listed: str) -> str:
    seen = set()
    for one in filter(None, map(str.strip, listed.split(","))):
        name, sign, path = (part.strip() for part in one.partition("="))
        if not (name and sign and path):
            raise ValueError(
                f"should be a comma list of name=path, such as cleanrl=/data/runs; {one!r} is no such pair"
            )
        if name in seen:
            raise ValueError(f"should name each experiment once; {name!r} stands there twice")
        seen.add(name)
    return listed


def headers_in(listed: str) -> dict[str, str]:
    """Returns the headers in a comma-separated list of name=value.

    Raises ValueError that names an invalid entry by its number.
    """
    found: dict[str, str] = {}
    for number, entry in enumerate((one.strip() for one in listed.split(",") if one.strip()), start=1):
        name, sign, value = (part.strip() for part in entry.partition("="))
        if not (sign and value.isascii() and value.isprintable() and value and _HEADER.fullmatch(name)):
            raise ValueError(f"should be a comma list of name=value, such as X-Scope-OrgID=rl; entry {number} is none")
        found[name] = value
    return found


def _listing_headers(listed: str) -> str:
    headers_in(listed)
    return listed


HeaderList = Annotated[str, AfterValidator(_listing_headers)]
FolderList = Annotated[str, AfterValidator(_naming_folders)]
ModelNames = Annotated[str, AfterValidator(_naming_models)]
Port = Annotated[int, Field(ge=1, le=65535)]
StoreUri = Annotated[
    str | None,
    Field(pattern=r"^(sqlite:///|postgresql(\+\w+)?://)."),
    BeforeValidator(lambda uri: uri or None),
    AfterValidator(_being_a_database),
]
Vocabularies = Annotated[Path | None, BeforeValidator(lambda path: path or None), AfterValidator(_checked)]
HostList = Annotated[str, AfterValidator(listing_hosts)]
# Nothing that could end the directive and begin another.
FrameAncestors = Annotated[str, Field(pattern=r"^[A-Za-z0-9:/.*_-]+( [A-Za-z0-9:/.*_-]+)*$")]
MonitorList = Annotated[str, AfterValidator(_listing_monitors)]
StoreList = Annotated[str, AfterValidator(_naming_stores)]
SocketUrl = Annotated[str, AfterValidator(_being_a_socket)]
