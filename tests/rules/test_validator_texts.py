"""An error of a validator has one text: pydantic's own, which programs see, is the template that pages translate."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from domain.errors.catalogue import TEMPLATES

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "settings", "services", "callbacks", "api", "scheduler", "inference", "training")
LISTED = "invalid."


def raised() -> Iterator[tuple[str, str, str]]:
    """Yields place, kind and text of each error that Clew's own validators raise."""
    for file in (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))):
        name = file.relative_to(ROOT).with_suffix("")
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "PydanticCustomError":
                kind, text = node.args[:2]
                if isinstance(kind, ast.Constant):
                    words = text.value if isinstance(text, ast.Constant) else _named(name, ast.unparse(text))
                    yield f"{name}.py:{node.lineno}", kind.value, words


def test_validators_raise_the_text_that_is_translated() -> None:
    errors = [error for error in raised() if LISTED + error[1] in TEMPLATES]
    assert len(errors) > 10
    for place, kind, text in errors:
        assert TEMPLATES[LISTED + kind] == text, place


def _named(module: Path, constant: str) -> str:
    return str(getattr(import_module(".".join(module.parts)), constant))
