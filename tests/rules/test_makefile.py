"""The Makefile's uv takes packages from where pip's configuration points, which may be a mirror."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PRINT = "say: ; @$(PIP_SETTINGS) && env"


def uv_variables(configuration: Path | str, **environment: str) -> dict[str, str]:
    """Returns uv's environment variables under that configuration of pip's."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "SSL_"))}
    completed = subprocess.run(
        ["make", "--no-print-directory", "HAS_UV=no", f"PY={sys.executable}", "--eval", _PRINT, "say"],
        cwd=ROOT,
        env={**bare, "PIP_CONFIG_FILE": str(configuration), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.partition("=") for line in completed.stdout.splitlines())
    return {name: value for name, _sign, value in lines if name.startswith(("UV_", "SSL_"))}


def test_uv_uses_the_mirror_that_pip_is_configured_with(tmp_path: Path) -> None:
    more = "\n    https://a.example/simple\n    https://b.example/simple"
    mirror = f"[global]\nindex-url = https://mirror.example/simple\nextra-index-url ={more}\n"
    file = tmp_path / "pip.conf"
    file.write_text(f"{mirror}cert = /etc/ssl/team.pem\n")
    variables = uv_variables(file, PIP_FIND_LINKS="/wheels /more")
    assert variables["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert variables["UV_INDEX"].split() == ["https://a.example/simple", "https://b.example/simple"]
    assert variables["UV_FIND_LINKS"] == "/wheels,/more"
    assert variables["SSL_CERT_FILE"] == "/etc/ssl/team.pem"


def test_without_a_mirror_uvs_own_variables_stay() -> None:
    variables = uv_variables(os.devnull, UV_INDEX="https://mine.example/simple", SSL_CERT_FILE="/etc/ssl/mine.pem")
    assert variables["UV_INDEX"] == "https://mine.example/simple"
    assert variables["SSL_CERT_FILE"] == "/etc/ssl/mine.pem"
    assert "UV_DEFAULT_INDEX" not in variables
