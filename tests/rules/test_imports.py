"""The house's import table: who may import whom, and no cycles inside a package."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT: dict[str, set[str]] = {
    "domain": set(),
    "components": {"domain"},
    "policies": {"domain"},
    "sockets": {"domain"},
    "services": {"domain", "policies"},
    "gpu_monitor": {"domain", "sockets"},
    "inference": {"domain", "policies", "sockets"},
    "training": {"domain"},
    "pages": {"components", "domain"},
    "callbacks": {"components", "services", "domain"},
    "api": {"services", "domain"},
}
MAY_IMPORT["app"] = set(MAY_IMPORT)
FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in MAY_IMPORT
    for file in [*(ROOT / package).rglob("*.py"), ROOT / f"{package}.py"]
    if file.exists()
}


def imports(module: str) -> Iterator[str]:
    """Our own modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the package's name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in MAY_IMPORT:
                yield name if name in FILES else name.rpartition(".")[0] or name


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    own = module.split(".")[0]
    packages = {name.split(".")[0] for name in imports(module)} - {own}
    assert packages <= MAY_IMPORT[own], f"{module} imports {packages - MAY_IMPORT[own]}"


def test_modules_import_each_other_without_cycles() -> None:
    TopologicalSorter({module: set(imports(module)) - {module} for module in FILES}).prepare()
