"""Each code has a template in each language and is used; each message of Clew has a code."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from components.texts.language import _, language
from domain.errors import catalogue
from domain.errors.catalogue import TEMPLATES
from domain.languages import LANGUAGES
from domain.messages import SLOT, Message
from tests.english import english_words

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *(
        "domain",
        "transport",
        "settings",
        "mlflow_api",
        "services",
        "policies",
        "environments",
        "inference",
        "gpu_monitor",
    ),
    *(
        "api",
        "callbacks",
        "components",
        "training",
        "serving",
        "sockets",
        "concurrency",
        "scheduler",
        "watcher",
    ),
)
# English words stand out in these scripts; in French text they may be French.
IN_OTHER_LETTERS = {"ja"}
NAMES = ("application", "json", "Content", "Type", "API")
# Their errors are the catalogue's, and their other output is for a terminal.
COMMANDS = ("tensorboard_import",)
# Output of these is not for pages: it is read in a terminal, or by the caller that made the mistake.
FOR_TERMINALS = {
    *("settings/setting_types.py", "settings/vocabulary_file.py", "domain/wrong_settings.py", "scheduler/settings.py"),
    *("domain/charts/curves.py", "domain/charts/smoothing.py", "domain/inference/evaluation.py"),
    *("domain/tracking/final_metrics.py", "domain/tracking/scores.py", "domain/tracking/vocabulary.py"),
    *(f"training/{name}.py" for name in ("cli", "command_line", "environment_arguments", "scratch_server")),
    *(f"training/{name}.py" for name in ("agents/making", "agents/spaces", "samples/fill")),
    *(f"training/models/{name}.py" for name in ("export", "graph", "policy_graph")),
    *(f"training/checkpoints/{name}.py" for name in ("restore", "state")),
    *(f"training/tracking/{name}.py" for name in ("artifacts", "mlflow_client", "patience", "server")),
    "domain/trainings/trainers_file.py",
    "domain/environments/environments_file.py",
    *("domain/alerts/rules_file.py", "settings/alerts_file.py", "watcher/settings.py"),
}


def kinds() -> Iterator[type[Message]]:
    """Returns every message type with a code."""
    waiting = [Message]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("domain.errors") and "text" in vars(kind):
            yield kind


@cache
def trees(packages: Sequence[str] = PACKAGES) -> dict[str, ast.Module]:
    """Yields Clew's own modules, except the catalogue's."""
    files = [file for package in packages for file in (ROOT / package).rglob("*.py")]
    return {
        str(file.relative_to(ROOT)): ast.parse(file.read_text())
        for file in files
        if Path(catalogue.__file__).parent not in file.parents
    }


@cache
def names_used() -> frozenset[str]:
    """Returns every name that is used for anything but catching or testing for a type."""
    found: set[str] = set()
    for tree in trees((*PACKAGES, *COMMANDS)).values():
        only_asked = {id(name) for node in ast.walk(tree) for part in _asked_for(node) for name in ast.walk(part)}
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in only_asked}
    return frozenset(found)


def _asked_for(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield node.type
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
        yield node.args[1]
    elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield node.annotation


@pytest.fixture(scope="module", params=LANGUAGES[1:])
def reader(request: pytest.FixtureRequest) -> Flask:
    server = Flask("reader")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "components" / "translations")
    Babel(server, locale_selector=lambda: request.param)
    return server


def test_each_code_has_a_template_in_each_language(reader: Flask) -> None:
    with reader.test_request_context("/"):
        translated = {code: _(english) for code, english in TEMPLATES.items()}
        has_other_letters = language() in IN_OTHER_LETTERS
    assert len(translated) > 100
    for code, english in TEMPLATES.items():
        slots, given = set(SLOT.findall(english)), set(SLOT.findall(translated[code]))
        # For a list too long, pydantic inserts the type's name in English.
        assert slots - {"field_type"} <= given <= slots, code
        if re.search(r"[A-Za-z]{2}", SLOT.sub("", english)):
            assert translated[code] != english, f"make translations, and fill {code} in"
            assert not (has_other_letters and english_words(SLOT.sub("", translated[code]), NAMES)), code


USED_WHERE_DEFINED = {"ModelServer", "InferenceEngine", "TrainingScheduler", "InvalidValue", "WholeBody"}


def test_each_code_is_raised_or_shown_somewhere() -> None:
    scripts = [file.read_text() for file in (ROOT / "assets").glob("*.js") if ".min." not in file.name]
    elsewhere = [kind for kind in kinds() if kind.__name__ not in names_used() | USED_WHERE_DEFINED]
    unused = [kind.__name__ for kind in elsewhere if not any(f'"{kind.code}"' in script for script in scripts)]
    assert unused == []


def test_each_template_uses_fields_that_json_can_carry() -> None:
    for kind in kinds():
        travelling = {field.name for field in fields(kind)} - kind.hidden  # type: ignore[arg-type]
        assert set(SLOT.findall(kind.text)) <= travelling, kind.__name__


def test_each_template_is_marked_for_translation() -> None:
    """Babel finds only marked texts: an unmarked template with words would stay English for ever."""
    marked: set[str] = set()
    for file in Path(catalogue.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "template":
                marked.add(ast.literal_eval(node.args[0]))
    assert {text for text in TEMPLATES.values() if re.search(r"[A-Za-z]{2}", SLOT.sub("", text))} <= marked


def test_each_message_of_clews_code_has_a_code() -> None:
    """`Text` is for texts of other programs; a sentence of Clew in it would stay English for ever."""
    ours = {
        f"{name}: {ast.unparse(node)}"
        for name, tree in trees().items()
        if name not in FOR_TERMINALS
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Text" and node.args and _has_words(node.args[0])
    }
    assert ours == set()


def test_no_error_is_raised_with_a_sentence() -> None:
    """A sentence in place of a field could not be translated."""
    names = {kind.__name__ for kind in kinds()}
    ours = {
        f"{name}: {ast.unparse(node)}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
        for argument in node.args
        if _has_words(argument) and not isinstance(argument, ast.Call)
    }
    assert {one for one in ours if not one.startswith("training/")} == set()


def _has_words(node: ast.expr) -> bool:
    constants = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(re.search(r"[a-z]{2,}[,.:;]? \S*[a-z]{2,}", text) for text in constants)


def test_the_scripts_contain_no_texts_of_their_own() -> None:
    """Its texts come from the server: a literal of two words is a class, a query, or a mistake."""
    english = {
        f"{file.name}: {text}"
        for file in (ROOT / "assets").glob("*.js")
        if ".min." not in file.name
        for text in _literals(file.read_text())
        if english_words(text)
    }
    assert english == set()


def _literals(script: str) -> Iterator[str]:
    script = re.sub(r"/\*.*?\*/|(?m://.*$)", "", script, flags=re.DOTALL)
    for text in re.findall(r'"([^"\n]*)"|`([^`\n]*)`', script):
        literal = re.sub(r"\$\{[^{}]*\}", "7", text[0] or text[1])
        if re.search(r"[A-Za-z]{2,}[,.:]? +[A-Za-z]{2,}", literal) and not re.search(r"[-(]|use strict", literal):
            yield literal
