"""Where a run keeps its files, and which addresses signed by MLflow may be read directly."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from domain.addresses import credentials_in, hiding_credentials, is_sound, leads_to_loopback
from domain.hosts import Origin, is_loopback

_PROXIED: Final = ("mlflow-artifacts", "http", "https")
_FOLDERS: Final = ("", "file")
_SERVED_AT: Final = "/mlflow-artifacts/artifacts/"


def is_proxied(root: str) -> bool:
    """Returns whether a run's root is served by the MLflow server itself, wherever the files are stored."""
    return urlsplit(root).scheme in _PROXIED


def is_folder(root: str) -> bool:
    """Returns whether a run's root is a folder of a machine, for which no addresses are signed."""
    return urlsplit(root).scheme in _FOLDERS


def path_behind_proxy(root: str, path: str) -> str:
    """Returns the path of a run's file relative to the server's artifact root."""
    own = urlsplit(root).path
    return f"{own.partition(_SERVED_AT)[2] or own}/{path}".strip("/")


def shown_root(root: str) -> str:
    """Returns a run's root for a message: without a name, a password or a query."""
    return hiding_credentials(root.partition("?")[0])[:200]


def may_be_read(address: str, mlflow_url: str, stores: frozenset[Origin]) -> bool:
    """Returns whether a file may be read from an address that the MLflow at `mlflow_url` signed.

    Allowed are the origins in `stores`, public https addresses, and MLflow's own host (over http only if MLflow uses
    http).
    """
    if not is_sound(address.partition("?")[0], ("http", "https")) or credentials_in(address):
        return False
    parts, own = urlsplit(address), urlsplit(mlflow_url)
    if Origin.of(f"{parts.scheme}://{parts.netloc}") in stores:
        return True
    host, own_host = (parts.hostname or "").lower(), (own.hostname or "").lower()
    if host == own_host or (_is_here(host) and _is_here(own_host)):
        return parts.scheme == "https" or own.scheme == "http"
    return parts.scheme == "https" and not _is_inside(host)


def _is_here(host: str) -> bool:
    return leads_to_loopback(f"http://[{host}]" if ":" in host else f"http://{host}")


def _is_inside(host: str) -> bool:
    """Returns whether a host is this machine or a non-public address.

    Other host names count as public, because https checks their certificate.
    """
    if is_loopback(host) or _is_here(host):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        # No certificate is issued for forms that only the C library reads as an address, such as 10.1 or 0x0a000001.
        return host.rpartition(".")[2][:1].isdigit()
