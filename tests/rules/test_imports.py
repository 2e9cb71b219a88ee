"""The table of allowed imports: which package may import which, and no cycles inside a package."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAY_IMPORT: dict[str, set[str]] = {
    "domain": set(),
    "concurrency": {"domain"},
    "transport": {"domain"},
    "serving": {"domain"},
    "serving.operations": {"domain"},
    "sockets": {"domain", "serving"},
    "policies": {"domain", "concurrency"},
    "environments": {"domain", "concurrency", "policies.confinement"},
    "components": {"domain"},
    "settings": {"domain"},
    "mlflow_api": {"domain", "transport", "settings"},
    "services": {"domain", "concurrency", "transport", "settings", "mlflow_api", "policies", "environments"},
    "services.failures": {"domain"},
    "services.sharing": {"domain", "concurrency", "services.failures"},
    "services.database": {"domain"},
    "services.tracking": {
        "domain",
        "concurrency",
        "transport",
        "mlflow_api",
        "services.sharing",
        "services.failures",
        "services.database",
    },
    "services.tracking.histories": {
        "domain",
        "concurrency",
        "transport",
        "mlflow_api",
        "services.sharing",
        "services.database",
    },
    "services.registry": {
        "domain",
        "concurrency",
        "transport",
        "settings",
        "mlflow_api",
        "policies",
        "environments",
        "services.sharing",
        "services.failures",
    },
    "services.health": {
        "domain",
        "concurrency",
        "transport",
        "services.failures",
        "services.sharing",
        "services.tracking",
        "services.registry",
    },
    "services.fleet": {"domain", "concurrency", "transport", "services.run_facts"},
    "services.artifacts": {"concurrency", "domain", "mlflow_api", "policies"},
    "services.trainings": {"domain", "transport", "services.sharing", "services.failures"},
    "services.views": {"domain", "mlflow_api", "services.sharing", "services.failures"},
    "services.processes": {"domain", "settings"},
    "pages": {"components", "domain"},
    "callbacks": {"components", "services", "settings", "domain"},
    "api": {"services", "settings", "serving", "domain"},
    "gpu_monitor": {"domain", "serving", "sockets"},
    "inference": {"domain", "concurrency", "serving", "sockets", "transport", "policies", "environments"},
    "scheduler": {
        "domain",
        "concurrency",
        "serving",
        "sockets",
        "transport",
        "settings",
        "mlflow_api",
        "environments",
    },
    "tensorboard_import": {"domain", "transport", "settings", "mlflow_api", "sockets"},
    "training": {"domain", "transport", "environments"},
    "watcher": {"domain", "transport", "settings", "mlflow_api"},
}
TOP = {package for package in MAY_IMPORT if "." not in package}
MAY_IMPORT["app"] = set(TOP)
FILES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
    for package in [*TOP, "app"]
    for file in [*(ROOT / package).rglob("*.py"), ROOT / f"{package}.py"]
    if file.exists()
}


@cache
def imports(module: str) -> frozenset[str]:
    """Yields Clew's own modules that a module imports, anywhere in it."""
    return frozenset(_imports(module))


def _imports(module: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the package's name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in [*TOP, "app"]:
                yield name if name in FILES else name.rpartition(".")[0] or name


def entry_of(module: str) -> str:
    """Returns the longest entry of the table that contains `module`."""
    return max((entry for entry in MAY_IMPORT if f"{module}.".startswith(f"{entry}.")), key=len)


def is_within(module: str, entry: str) -> bool:
    return f"{module}.".startswith(f"{entry}.")


def forbidden_imports(module: str) -> list[str]:
    """Returns the modules that a module imports and may not."""
    own = entry_of(module)
    allowed = MAY_IMPORT[own] | {own}
    return sorted(name for name in imports(module) if not any(is_within(name, entry) for entry in allowed))


def test_a_module_imports_only_what_its_layer_may() -> None:
    assert len(FILES) > 400
    assert {module: found for module in sorted(FILES) if (found := forbidden_imports(module))} == {}


ADAPTERS = {
    *("services.tracking.sample_data", "services.tracking.histories.metrics_sql", "services.database.mlflow_database"),
    *(
        f"services.tracking.sources.{name}"
        for name in ("mlflow_runs", "database_runs", "database_columns", "database_first")
    ),
    *("services.registry.mlflow_store", "services.registry.http_store"),
}


def test_callbacks_and_api_import_no_adapter() -> None:
    edges = [name for name in sorted(FILES) if name.split(".")[0] in ("callbacks", "api")]
    assert len(edges) > 50
    assert {module: found for module in edges if (found := imports(module) & ADAPTERS)} == {}


def test_modules_import_each_other_without_cycles() -> None:
    TopologicalSorter({module: imports(module) - {module} for module in FILES}).prepare()


def test_the_architecture_page_has_this_table() -> None:
    rows = re.findall(
        r"^\| `([a-z_/]+)/` \| [^|]+ \| ([a-z_/, ]+|–) \|$", (ROOT / "docs/architecture.md").read_text(), re.MULTILINE
    )
    documented = {
        folder.replace("/", "."): set(listed.replace("/", ".").split(", ")) - {"–"} for folder, listed in rows
    }
    assert documented == {
        entry: allowed for entry, allowed in MAY_IMPORT.items() if entry not in ("app", "services.failures")
    }
