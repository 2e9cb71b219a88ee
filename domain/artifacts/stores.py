"""Where a run keeps its files, and from which addresses they may be read past MLflow: it signs one for each file."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from domain.addresses import credentials_in, hiding_credentials, is_sound, leads_to_loopback
from domain.hosts import Origin, is_loopback

_PROXIED: Final = ("mlflow-artifacts", "http", "https")
_FOLDERS: Final = ("", "file")
_SERVED_AT: Final = "/mlflow-artifacts/artifacts/"


def is_proxied(root: str) -> bool:
    """Returns whether a run's root names a place of the server's own, which hands the files on wherever they lie."""
    return urlsplit(root).scheme in _PROXIED


def is_folder(root: str) -> bool:
    """Returns whether a run's root is a folder of some machine, which nobody signs addresses of."""
    return urlsplit(root).scheme in _FOLDERS


def path_behind_proxy(root: str, path: str) -> str:
    """Returns the path of a run's file as the server's own place knows it."""
    own = urlsplit(root).path
    return f"{own.partition(_SERVED_AT)[2] or own}/{path}".strip("/")


def shown_root(root: str) -> str:
    """Returns a run's root for a sentence: without a name, a password or a query."""
    return hiding_credentials(root.partition("?")[0])[:200]


def may_be_read(address: str, mlflow_url: str, stores: frozenset[Origin]) -> bool:
    """Returns whether an address that the MLflow at `mlflow_url` signed is asked for a file.

    One of `stores` is; others on https, unless they name an address inside; on http those of MLflow's own host alone.
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
    """Returns whether a host is this machine, or an address that is not everybody's.

    A name has a certificate to show.
    """
    if is_loopback(host) or _is_here(host):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        # What only the C library reads as one, such as 10.1 or 0x0a000001, is no name that anybody certifies.
        return host.rpartition(".")[2][:1].isdigit()
