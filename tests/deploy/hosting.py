"""nginx with the file of docs/deploy, and gunicorn as clew.service starts it: real processes, at free ports."""

import datetime
import grp
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from settings.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
NAME = "clew.example.com"
# The relevant part of Debian's own nginx.conf; nothing outside `folder` is read or written.
_AROUND = """\
daemon off;
user {user} {group};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    {temporary}
    include {folder}/clew.conf;
}}
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Dashboard:
    """Runs gunicorn with docs/deploy/gunicorn.conf.py and `environment` as its settings."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._log = folder / "dashboard.log"
        ours = {name for name in os.environ if name.lower() in Settings.model_fields}
        bare = {name: value for name, value in os.environ.items() if name not in ours}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", str(DEPLOY / "gunicorn.conf.py"), "app:server"],
                cwd=folder,
                env=bare | {"PYTHONPATH": str(ROOT), "PORT": str(port), "WEB_WORKERS": "1", **environment},
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        _wait_for(f"{self.address}/health", self._process, self._log)

    def end(self) -> None:
        _end(self._process)


class Nginx:
    """Runs nginx at two free ports, `https` and `http`; `gpus` are the monitors' ports by name."""

    def __init__(
        self,
        folder: Path,
        *,
        https: int,
        http: int,
        clew: int,
        inference: int,
        scheduler: int = 1,
        gpus: Mapping[str, int],
        changes: Mapping[str, str] = MappingProxyType({}),
    ):
        """Starts it; `changes` maps texts of the file to their replacements."""
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program, "This test needs nginx; on Debian: apt-get install nginx."
        self.origin = f"https://{NAME}:{https}"
        self.http = http
        self.direct = f"https://127.0.0.1:{https}"
        self.host = f"{NAME}:{https}"
        self.certificate = folder / "fullchain.pem"
        certify(self.certificate, folder / "privkey.pem")
        ports = {
            "[::]:443": f"127.0.0.2:{https}",
            "listen 443": f"listen 127.0.0.1:{https}",
            "[::]:80": f"127.0.0.2:{http}",
            "listen 80": f"listen 127.0.0.1:{http}",
            "127.0.0.1:8050": f"127.0.0.1:{clew}",
            "127.0.0.1:8002": f"127.0.0.1:{inference}",
            "127.0.0.1:8003": f"127.0.0.1:{scheduler}",
        }
        _configure(folder, {**ports, **changes}, gpus)
        command = [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with (folder / "nginx.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        _wait_for(f"{self.direct}/", self._process, folder / "nginx.log", verify=str(self.certificate))

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> requests.Response:
        """Returns the response to a request of a program under the name of the site."""
        named = {"Host": self.host, **(headers or {})}
        verified = {"verify": str(self.certificate), "timeout": 60, "allow_redirects": False}
        return requests.request(method, self.direct + path, headers=named, **verified, **more)

    def end(self) -> None:
        _end(self._process)


def _configure(folder: Path, ports: Mapping[str, str], gpus: Mapping[str, int]) -> None:
    """Writes docs/deploy/nginx.conf with other addresses, inside the configuration that surrounds it on a server."""
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in {**ports, f"/etc/letsencrypt/live/{NAME}": str(folder)}.items():
        assert old in text, f"docs/deploy/nginx.conf no longer says {old!r}"
        text = text.replace(old, new)
    for name, port in gpus.items():
        text, found = re.subn(rf"(\b{name}) [\d.]+:8001;", rf"\1 127.0.0.1:{port};", text)
        assert found == 1
    (folder / "clew.conf").write_text(text)
    user = pwd.getpwuid(os.geteuid())
    group = grp.getgrgid(user.pw_gid).gr_name
    temporary = "\n    ".join(f"{name}_temp_path {folder}/{name};" for name in _TEMPORARY)
    around = _AROUND.format(folder=folder, user=user.pw_name, group=group, temporary=temporary)
    (folder / "nginx.conf").write_text(around)


def certify(certificate: Path, key: Path) -> None:
    """Writes a self-signed certificate for the name in nginx.conf."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path, verify: str | bool = True) -> None:
    deadline = time.monotonic() + 300  # a machine may be busy
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(address, verify=verify, timeout=5)
            return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError(f"{address} does not answer: {log.read_text()[-3000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(60)
