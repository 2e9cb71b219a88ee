"""Functions are short, and folders hold few files."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
APP = (
    *("domain", "transport", "settings", "mlflow_api", "services", "components", "pages", "callbacks", "api"),
    *("gpu_monitor", "inference", "policies", "environments", "serving", "sockets", "concurrency", "scheduler"),
    *("tensorboard_import", "watcher"),
)
PACKAGES = (*APP, "training", "bench", "docs")
MAX_LINES = 8
MAX_MODULES = 14


def test_half_of_all_functions_have_eight_lines_or_fewer() -> None:
    lengths = [lines(function) for package in PACKAGES for function in functions(package)]
    assert len(lengths) > 1_000
    assert median(lengths) <= MAX_LINES, f"median of {len(lengths)} functions: {median(lengths)} lines"


def functions(package: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Returns the lines of its body without the docstring; inner functions count in it, and also by themselves."""
    body = function.body if ast.get_docstring(function) is None else function.body[1:]
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


def test_no_folder_of_the_app_has_too_many_modules() -> None:
    files = (file for package in APP for file in (ROOT / package).rglob("*.py") if file.name != "__init__.py")
    held = Counter(str(file.parent.relative_to(ROOT)) for file in files)
    assert {folder: count for folder, count in held.items() if count > MAX_MODULES} == {}


def test_each_test_file_has_a_unique_name() -> None:
    """pytest imports them by their name: two of one name are an error if both are collected, and only then."""
    names = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({name for name in names if names.count(name) > 1}) == []
