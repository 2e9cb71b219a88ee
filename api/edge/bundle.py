"""Bundles the modules in `assets/` into one script, each after those that it imports.

They are ECMAScript modules of which only a line-based subset is supported, so that no JavaScript parser is needed:
`import { a, b as c } from "./file.js";`, `import "./file.js";`, `export const …`, `export { a, b as c };`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

_IMPORT: Final = re.compile(r'import (?:\{ (?P<names>[^{}]+) \} from )?"\./(?P<file>[\w.-]+\.js)";')
_LISTED: Final = re.compile(r"export \{ ([^{}]+) \};")
_DECLARED: Final = re.compile(r"export (?=(?:async )?(?:const|class|function) (\w+))")
_BEGIN, _END = '(() => {\n"use strict";\nconst modules = {};\n', "})();\n"


class BundleError(ValueError):
    """A script imports a missing or cyclic module, imports a missing name, or uses unsupported syntax."""


@dataclass(frozen=True)
class Module:
    """A script as the body of a function: lines keep their numbers; `exports` maps exported to declared names."""

    name: str
    source: str
    lines: list[str]
    needs: Mapping[str, list[str]]
    exports: Mapping[str, str]

    def text(self) -> str:
        """Returns the script, which puts its exports into `modules`."""
        exports = ", ".join(f"{name}: {own}" for name, own in self.exports.items())
        return "\n".join(["(() => {", *self.lines, f'modules["{self.name}"] = {{ {exports} }};', "})();", ""])


@dataclass(frozen=True)
class Bundle:
    """One script for browsers; `modules` are in the order of their dependencies."""

    modules: list[Module]

    @cached_property
    def text(self) -> str:
        """The script, without the comment that names its map."""
        return _BEGIN + "".join(module.text() for module in self.modules) + _END

    @cached_property
    def version(self) -> str:
        """The hash of the content."""
        return sha256(self.text.encode()).hexdigest()[:16]

    @cached_property
    def source_map(self) -> str:
        """The source map of `text` for browsers' tools: an index map with a section per module."""
        line, sections = _BEGIN.count("\n"), []
        for module in self.modules:
            sections.append({"offset": {"line": line + 1, "column": 0}, "map": _line_by_line(module)})
            line += module.text().count("\n")
        return json.dumps({"version": 3, "sections": sections})


def bundle(folder: Path, entry: str) -> Bundle:
    """Returns the bundle of `entry` and all modules that it imports, directly or not; raises `BundleError`."""
    return Bundle(list(_in_order(folder, entry, {}, [])))


def _in_order(folder: Path, name: str, known: dict[str, Module], path: list[str]) -> Iterator[Module]:
    if name in path:
        raise BundleError(f"{' needs '.join([*path[path.index(name) :], name])}: none of them can come first")
    if name in known:
        return
    module = _read(folder / name, needed_by=path[-1] if path else None)
    for other, names in module.needs.items():
        yield from _in_order(folder, other, known, [*path, name])
        lacking = [one for one in names if one not in known[other].exports]
        if lacking:
            raise BundleError(f"{name}: {other} exports no {', '.join(lacking)}")
    known[name] = module
    yield module


def _read(file: Path, needed_by: str | None) -> Module:
    if not file.is_file():
        raise BundleError(f"{needed_by or 'The start'} needs {file.name}, which is not in {file.parent.name}/")
    source = file.read_text(encoding="utf-8")
    needs: dict[str, list[str]] = {}
    exports: dict[str, str] = {}
    lines = [_line(one, f"{file.name}:{number}", needs, exports) for number, one in enumerate(source.splitlines(), 1)]
    return Module(file.name, source, lines, needs, exports)


def _line(line: str, place: str, needs: dict[str, list[str]], exports: dict[str, str]) -> str:
    """Returns the line without its import or export keywords, and notes what it imports or exports."""
    if not line.startswith(("import ", "export ")):
        return line
    if found := _IMPORT.fullmatch(line):
        names = dict(_names(found["names"])) if found["names"] else {}
        needs.setdefault(found["file"], []).extend(names)
        taken = ", ".join(f"{name}: {own}" for name, own in names.items())
        return f'const {{ {taken} }} = modules["{found["file"]}"];'
    if found := _LISTED.fullmatch(line):
        exports.update((name, own) for own, name in _names(found[1]))
        return ""
    if found := _DECLARED.match(line):
        exports[found[1]] = found[1]
        return line.removeprefix("export ")
    raise BundleError(f"{place}: no import or export as api/edge/bundle.py knows them: {line}")


def _names(listed: str) -> Iterator[tuple[str, str]]:
    """Parses "a, b as c" into pairs of the names before and after `as`."""
    for one in listed.split(","):
        first, _, second = one.strip().partition(" as ")
        yield first, second or first


def _line_by_line(module: Module) -> Mapping[str, Any]:
    """Returns a source map from a module's lines to the same lines of its file.

    "AACA" is the first column of the next line.
    """
    return {
        "version": 3,
        "sources": [module.name],
        "sourcesContent": [module.source],
        "names": [],
        "mappings": ";".join(["AAAA", *["AACA"] * (len(module.lines) - 1)]),
    }
