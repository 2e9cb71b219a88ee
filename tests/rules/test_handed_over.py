"""A module gets what it needs as arguments: no module state that a call changes, no setting looked up in the app."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PURE = ("domain", "components", "pages")
OTHERS = (
    "transport",
    "settings",
    "mlflow_api",
    "services",
    "callbacks",
    "api",
    "serving",
    "sockets",
    "policies",
    "concurrency",
)
# Dash passes a page's layout nothing but the address: this one reads the current app, and passes its services on.
MAY_ASK_THE_APP = {"components/ui_settings.py"}


def modules(packages: tuple[str, ...]) -> Iterator[str]:
    for package in packages:
        yield from (str(file.relative_to(ROOT)) for file in (ROOT / package).rglob("*.py"))


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse((ROOT / module).read_text())))


def where(packages: tuple[str, ...], is_wrong: Callable[[ast.AST], bool]) -> list[str]:
    """Returns where in these packages something is wrong, as file and line."""
    return [
        f"{module}:{getattr(node, 'lineno', '')}"
        for module in sorted(modules(packages))
        for node in nodes(module)
        if is_wrong(node)
    ]


def test_no_function_changes_a_global_of_its_module() -> None:
    assert len(set(modules(PURE + OTHERS))) > 300
    assert where(PURE + OTHERS, lambda node: isinstance(node, ast.Global)) == []


def test_only_listed_modules_use_the_app() -> None:
    found = where(PURE, _names_the_app)
    assert {one.partition(":")[0] for one in found} == MAY_ASK_THE_APP


def _names_the_app(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return "current_app" in {alias.name for alias in node.names}
    return "current_app" in (getattr(node, "id", None), getattr(node, "attr", None))


def test_no_setting_is_looked_up_in_the_apps_configuration() -> None:
    assert where(PURE + OTHERS, _reads_app_configuration) == []


def _reads_app_configuration(node: ast.AST) -> bool:
    of_config = isinstance(node, ast.Attribute) and node.attr == "config"
    return of_config and ast.unparse(node.value).endswith("current_app")  # type: ignore[attr-defined]


def test_each_listed_module_uses_the_app_once() -> None:
    for module in sorted(MAY_ASK_THE_APP):
        uses = [node for node in nodes(module) if isinstance(node, ast.Attribute) and node.attr == "current_app"]
        assert len(uses) == 1, module
