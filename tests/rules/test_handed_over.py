"""What a module needs is handed to it: no state of a module that a call changes, no setting looked up in the app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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
# Dash hands a page's layout nothing but the address: this one asks the app that answers, and hands on what it says.
MAY_ASK_THE_APP = {"components/ui_settings.py"}


def modules(packages: tuple[str, ...]) -> Iterator[str]:
    for package in packages:
        yield from (str(file.relative_to(ROOT)) for file in (ROOT / package).rglob("*.py"))


def nodes(module: str) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse((ROOT / module).read_text()))


@pytest.mark.parametrize("module", sorted(modules(PURE + OTHERS)))
def test_no_function_changes_a_name_of_its_module(module: str) -> None:
    assert not [name for node in nodes(module) if isinstance(node, ast.Global) for name in node.names]


@pytest.mark.parametrize("module", sorted(set(modules(PURE)) - MAY_ASK_THE_APP))
def test_what_is_drawn_does_not_ask_the_app(module: str) -> None:
    named = {node.id for node in nodes(module) if isinstance(node, ast.Name)}
    named |= {node.attr for node in nodes(module) if isinstance(node, ast.Attribute)}
    named |= {alias.name for node in nodes(module) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert "current_app" not in named


@pytest.mark.parametrize("module", sorted(modules(PURE + OTHERS)))
def test_no_setting_is_looked_up_in_the_apps_configuration(module: str) -> None:
    assert not [
        node
        for node in nodes(module)
        if isinstance(node, ast.Attribute) and node.attr == "config" and ast.unparse(node.value).endswith("current_app")
    ]


@pytest.mark.parametrize("module", sorted(MAY_ASK_THE_APP))
def test_what_may_ask_the_app_does_so_once(module: str) -> None:
    assert sum(isinstance(node, ast.Attribute) and node.attr == "current_app" for node in nodes(module)) == 1
