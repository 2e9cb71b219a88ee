"""Docstrings of functions begin with a verb; identifiers use the words of the field, and no house words."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.test_sizes import PACKAGES, ROOT

# How a docstring may begin. Another verb is welcome; a noun, "What" or "Whether" is no verb.
_VERBS = """
    Assigns Caches Clears Clips Combines Compiles Concatenates Delegates Derives Determines Downloads Executes Extracts
    Formats Generates Groups Inserts Locks Matches Mutes Notifies Prepares Renders Requests Resolves Restarts Retries
    Selects Serialises Skips Stacks Stores Streams Tracks Uses Wraps
    Activates Acts Adds Answers Appends Applies Asks Begins Blocks Brings Builds Calls Cancels Carves Changes Checks
    Chooses Closes Collects Compares Completes Computes Confines Connects Continues Converts Copies Counts Creates
    Cuts Declares Decodes Deletes Describes Detects Disables Does Downloads Draws Drops Encodes Ends Escapes Evaluates
    Explains Exports Falls Feeds Fetches Fills Filters Finds Finishes Flushes Follows Forgets Frees Gives Goes Guards
    Handles Hands Has Holds Ignores Implements Imports Initialises Joins Keeps Kills Labels Launches Lays Learns
    Leaves Lets Limits Links Lists Loads Logs Looks Makes Maps Marks Measures Merges Moves Names Normalises Notes
    Notifies Offers Opens Orders Pairs Parses Passes Persists Pickles Plans Plays Polls Posts Prints Publishes Purges
    Puts Queues Quotes Raises Reacts Reads Receives Records Refuses Registers Rejects Releases Remembers Removes
    Renews Replaces Reports Resets Restores Resumes Returns Runs Samples Saves Says Schedules Searches Sends Serves
    Sets Shares Shortens Shows Sorts Splits Starts Stops Stores Submits Sums Takes Tells Trains Translates Tries Turns
    Updates Uploads Validates Visits Waits Wakes Warms Warns Watches Wraps Writes Yields Zooms
    Accepts Allocates Allows Avoids Discards Lowers Points Reaps Renames
    """
VERBS = frozenset(_VERBS.split())
# No identifier contains a word of this list; each has a hint what to write instead. It holds for JavaScript, too.
DIALECT: dict[str, str] = json.loads(Path(__file__).with_name("plain_words.json").read_text())
# These names are stored, or sent as the code of a message.
CONTRACTS = {("domain/alerts/alert.py", "told")}
CODES = "domain/errors"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PROPERTIES = ("property", "cached_property", "setter")


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in file.parts:
                yield str(file.relative_to(ROOT)), ast.parse(file.read_text())


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    found = [f"{file}:{wrong}" for file, tree in modules(*PACKAGES) for wrong in without_verb(tree)]
    assert found == [], "a docstring says what its function does: Returns, Reads, Draws …"


def without_verb(tree: ast.Module) -> Iterator[str]:
    """Yields the functions whose docstring begins with no verb; a property is exempt."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text and not _is_property(node) and re.split(r"[\s,:;.]", text)[0] not in VERBS:
                yield f"{node.lineno} {node.name}: {text.splitlines()[0]}"


def _is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] in _PROPERTIES for one in function.decorator_list)


def test_identifiers_are_words_of_the_field() -> None:
    found = {
        f"{file}: {name}": DIALECT[word]
        for file, tree in modules(*PACKAGES, "tests")
        if not file.startswith(CODES)
        for name in [*identifiers(tree), Path(file).stem]
        for word in words(name)
        if word in DIALECT and (file, name) not in CONTRACTS
    }
    assert found == {}, "and what to say instead"


def identifiers(tree: ast.Module) -> Iterator[str]:
    """Yields each name that a module defines: of functions, classes, parameters, variables and attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


@pytest.mark.parametrize(
    ("docstring", "is_found"),
    [("Returns the runs.", False), ("The runs.", True), ("Whether it runs.", True), ("Runs, by name.", False)],
)
def test_a_docstring_that_begins_with_a_noun_is_found(docstring: str, is_found: bool) -> None:
    assert bool(list(without_verb(ast.parse(f'def f():\n    """{docstring}"""\n')))) is is_found


def test_identifiers_are_split_into_words() -> None:
    tree = ast.parse("class ToldTrouble:\n    def is_told(self, WasSaid): self._heard_at = LAST_NEWS = 0\n")
    assert {word for name in identifiers(tree) for word in words(name)} >= {"told", "said", "heard", "news"}
