"""The types of the dashboard's settings: what each takes, and the sentence for what it does not."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from domain.addresses import credentials_in, is_sound, is_sound_database
from domain.errors import BadInput
from domain.errors.records import InvalidArgument
from domain.hosts import listing_hosts
from domain.messages import Text
from domain.tracking.vocabulary import Vocabulary
from settings.gpu_addresses import read_addresses


def read_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in a TOML file; raises BadInput."""
    try:
        return Vocabulary.from_toml(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidArgument(Text(f"The vocabulary cannot be read: {error.strerror}.")) from error
    except UnicodeDecodeError as error:
        raise InvalidArgument(Text("The vocabulary is no UTF-8 text.")) from error


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


Port = Annotated[int, Field(ge=1, le=65535)]
StoreUri = Annotated[
    str | None,
    Field(pattern=r"^(sqlite:///|postgresql(\+\w+)?://)."),
    BeforeValidator(lambda uri: uri or None),
    AfterValidator(_being_a_database),
]
Vocabularies = Annotated[Path | None, BeforeValidator(lambda path: path or None), AfterValidator(_checked)]
HostList = Annotated[str, AfterValidator(listing_hosts)]
# Nothing that would end the directive and begin another.
FrameAncestors = Annotated[str, Field(pattern=r"^[A-Za-z0-9:/.*_-]+( [A-Za-z0-9:/.*_-]+)*$")]
MonitorList = Annotated[str, AfterValidator(_listing_monitors)]
SocketUrl = Annotated[str, AfterValidator(_being_a_socket)]
