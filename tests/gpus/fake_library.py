"""The drivers' libraries, faked: built here from C."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path


def build_drivers(folder: Path) -> Path:
    """Builds a fake libnvidia-ml.so.1 and libamd_smi.so into a folder, and returns it."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    assert compiler, "These tests build a fake driver library: install gcc (on Debian: apt-get install gcc libc6-dev)."
    rest = folder / "rest_of_amdsmi.c"
    rest.write_text(
        "".join(f"__attribute__((weak)) int {name}(void) {{ return 2; }}\n" for name in _amdsmi_functions())
    )
    here = Path(__file__).parent
    libraries = {"libnvidia-ml.so.1": [here / "fake_nvml.c"], "libamd_smi.so": [here / "fake_amdsmi.c", rest]}
    for name, sources in libraries.items():
        command = [compiler, "-shared", "-fPIC", f"-Wl,-soname,{name}", "-o", name, *map(str, sources)]
        subprocess.run(command, cwd=folder, check=True)
    return folder


def _amdsmi_functions() -> list[str]:
    """Returns the names that the package amdsmi expects in its library when it is imported."""
    spec = importlib.util.find_spec("amdsmi")
    assert spec is not None
    assert spec.submodule_search_locations
    wrapper = Path(spec.submodule_search_locations[0]) / "amdsmi_wrapper.py"
    return sorted(set(re.findall(r"_libraries\['libamd_smi.so'\]\.(\w+)", wrapper.read_text())))
