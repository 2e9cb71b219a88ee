"""Whatever Clew's own parts say of what went wrong, Japanese readers are told in Japanese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from components.texts.in_words import in_words
from tests.english import english_words

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "transport", "settings", "mlflow_api", "services", "policies", "inference", "gpu_monitor", "api")
# What these say, nobody reads on a page: whoever starts Clew in a terminal, a log, a database, another program.
NOT_FOR_PAGES = {
    "domain": {"vocabulary", "history", "curves", "smoothing", "final_metrics", "scores", "hosts"},
    "services": {
        *("launcher", "ports", "supervisor", "specs", "configuration", "purge"),
        *("format", "metrics_sql", "sample_data", "run_sweep"),
    },
    "settings": {"settings", "setting_types", "gpu_addresses"},
    "inference": {"settings"},
    "gpu_monitor": {"settings", "metrics", "app", "make_example_session", "sampler_child"},
    "api": {"openapi", "errors", "guards", "hosts", "wire", "shapes", "routes", "security", "request_log"},
}
NOT_SAID = {
    *(
        "Name or service",
        "unique constraint",
        "duplicate entry",
        "expected to update",
        "version_number ASC",
    ),  # looked for, or asked
    *("bad allocation", "Failed to allocate", "cannot be reached", r"\[ONNXRuntimeError\] : \d+ : \w+ : "),
    *("An evaluation needs at least one start seed.", "Too many messages that are no commands."),
    "Pages of 7 may not ask this; ALLOWED_ORIGINS names those that may.",
    *("Not all of these can be runs.", "Say which runs to compare.", "7 of the ids can be no run's"),
    *("a comma list of run ids is required", "public, max-age=31536000, immutable"),
    *("Model 7 is active", "; before it, 7 was.", "Model 7 was active already."),  # to programs
}
# What stands for a value where any other than these makes no sense.
VALUES = {"doing": ("load", "loaded"), "word": ("input",)}
LOGS = ("log.", "_log.", "Field", "re.compile")


def texts(tree: ast.Module) -> Iterator[str]:
    """Each text in a module that may be a sentence, with 7 for its values; no docstrings and no log lines."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in ast.walk(node) if part is not node}
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(LOGS):
            silent |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(_part(part) for part in node.values)


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return "|".join(VALUES.get(ast.unparse(part.value), ("7",)))


def sentences() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            if file.stem in NOT_FOR_PAGES.get(package, ()):
                continue
            for text in texts(ast.parse(file.read_text())):
                if re.search(r"[a-z]{2,}[,.:;]? \S*[a-z]{2,}", text) and text not in NOT_SAID:
                    yield f"{package}/{file.name}", text


@pytest.fixture(scope="module")
def japanese() -> Flask:
    server = Flask("japanese")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "components" / "translations")
    Babel(server, locale_selector=lambda: "ja")
    return server


def test_every_sentence_about_a_failure_is_said_in_japanese(japanese: Flask) -> None:
    found = list(sentences())
    assert len(found) > 120
    with japanese.test_request_context("/"):
        english = {
            f"{where}: {text}": said
            for where, text in found
            if english_words(said := in_words(_possible(text))) or said == _possible(text)
        }
    assert english == {}, "give these to components/texts/sentences.py, or say here who reads them"


def _possible(text: str) -> str:
    """Of the values that are possible the one with which it is a sentence of ours."""
    return text.replace("did not load|loaded", "did not load").replace("load|loaded", "loaded")


def test_the_browser_says_nothing_that_it_was_not_given(japanese: Flask) -> None:
    """Its texts come from the server: a literal of two words is a class, a query, or what `misfit` found."""
    with japanese.test_request_context("/"):
        english = {
            f"{file.name}: {text}"
            for file in (ROOT / "assets").glob("*.js")
            if ".min." not in file.name
            for text in _literals(file.read_text())
            if english_words(in_words(text))
        }
    assert english == set()


def _literals(script: str) -> Iterator[str]:
    script = re.sub(r"/\*.*?\*/|(?m://.*$)", "", script, flags=re.DOTALL)
    for text in re.findall(r'"([^"\n]*)"|`([^`\n]*)`', script):
        literal = re.sub(r"\$\{[^{}]*\}", "7", text[0] or text[1])
        if re.search(r"[A-Za-z]{2,}[,.:]? +[A-Za-z]{2,}", literal) and not re.search(r"[-(]|use strict", literal):
            yield literal
