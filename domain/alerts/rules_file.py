"""Reads ALERTS_FILE: receivers and rules as TOML; an error names the line and the wrong word."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.alerts.kinds import AlertKind
from domain.alerts.rules import ALL_RECEIVERS, AlertRules, QuietHours, Receiver, Rule
from domain.alerts.toml_lines import line_of
from domain.errors.records import InvalidArgument
from domain.languages import LANGUAGES, SOURCE_LANGUAGE, Language, known_language
from domain.messages import Text

MAX_BYTES: Final = 2**20
_KINDS: Final = [kind.value for kind in AlertKind]
_TOP: Final = ("language", "zone", "receivers", "rules")
_OF_RECEIVER: Final = ("url", "language")
_OF_RULE: Final = ("name", "what", "experiments", "names", "hosts", "after", "to", "quiet", "every")
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|h|d)")
_QUIET: Final = re.compile(r"(\d\d:\d\d) ?- ?(\d\d:\d\d)")
_NAME: Final = re.compile(r"[\w.-]{1,60}")
Path = tuple[str | int, ...]


class _Mistake(Exception):
    """An error: its cause, its path in the file's values, and the wrong word."""

    def __init__(self, path: Path, cause: str, word: str = "") -> None:
        super().__init__(cause)
        self.path = path
        self.cause = cause
        self.word = word


def read_rules(
    text: str, environment: Mapping[str, str], is_address: Callable[[str], bool] = lambda _url: True
) -> AlertRules:
    """Returns the receivers and rules of a file; raises InvalidArgument with an English text for the terminal.

    A URL that begins with $ is read from that environment variable. `is_address` returns whether Apprise can send to a
    URL.
    """
    try:
        return _rules(tomllib.loads(text), environment, is_address)
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgument(Text(f"The file is no TOML: {error}.")) from error
    except _Mistake as error:
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in error.path)
        line = line_of(text, error.path, error.word)
        raise InvalidArgument(Text(f"Line {line}, {where}: {error.cause}.")) from error


def _rules(read: Mapping[str, Any], environment: Mapping[str, str], is_address: Callable[[str], bool]) -> AlertRules:
    _check_keys(read, (), _TOP)
    language = _language(read, ("language",), SOURCE_LANGUAGE)
    zone = _zone(read.get("zone", "UTC"))
    receivers = [
        _receiver(name, value, language, environment, is_address)
        for name, value in _table(read.get("receivers", {}), ("receivers",)).items()
    ]
    names = [one.name for one in receivers]
    listed = read.get("rules", [{}])
    if not isinstance(listed, list):
        raise _Mistake(("rules",), "should be tables, each under [[rules]]")
    rules = [_rule(number, _table(one, ("rules", number)), names, zone) for number, one in enumerate(listed)]
    called = [rule.name for rule in rules]
    for number, rule in enumerate(rules):
        if rule.name in called[:number]:
            raise _Mistake(("rules", number, "name"), f"two rules are called {rule.name!r}", rule.name)
    return AlertRules(receivers=receivers, rules=rules)


def _receiver(
    name: str, value: Any, language: Language, environment: Mapping[str, str], is_address: Callable[[str], bool]
) -> Receiver:
    path: Path = ("receivers", name)
    if not _NAME.fullmatch(name):
        raise _Mistake(path, "a receiver's name has letters, digits, '.', '_' and '-'", name)
    table = {"url": value} if isinstance(value, str) else _table(value, path)
    where: Path = path if isinstance(value, str) else (*path, "url")
    _check_keys(table, path, _OF_RECEIVER)
    url = table.get("url")
    if not isinstance(url, str) or not url:
        raise _Mistake(path, "should have a url, such as slack://… or $CLEW_ALERTS_TEAM")
    if url.startswith("$"):
        variable = url[1:].strip("{}")
        url = environment.get(variable, "")
        if not url:
            raise _Mistake(where, f"the variable {variable} is not set", variable)
    if not is_address(url):  # not shown, because it is a secret
        scheme = url.partition("://")[0] if "://" in url else "without ://"
        raise _Mistake(where, f"Apprise cannot send to this address ({scheme[:30]})")
    return Receiver(name=name, url=url, language=_language(table, (*path, "language"), language))


def _rule(number: int, table: Mapping[str, Any], receivers: Sequence[str], zone: str) -> Rule:
    path: Path = ("rules", number)
    _check_keys(table, path, _OF_RULE)
    to = _texts(table, path, "to", [ALL_RECEIVERS])
    for name in to:
        if name != ALL_RECEIVERS and name not in receivers:
            raise _Mistake((*path, "to"), f"there is no receiver {name!r}{_meant(name, receivers)}", name)
    what = _texts(table, path, "what", [])
    for kind in what:
        if kind not in _KINDS:
            raise _Mistake((*path, "what"), f"there is no event {kind!r}{_meant(kind, _KINDS)}", kind)
    name = table.get("name", f"rule {number + 1}")
    if not isinstance(name, str) or not 0 < len(name) <= 100:
        raise _Mistake((*path, "name"), "should be a text of up to 100 characters")
    return Rule(
        name=name,
        what=[AlertKind(kind) for kind in what],
        experiments=_texts(table, path, "experiments", []),
        names=_texts(table, path, "names", []),
        hosts=_texts(table, path, "hosts", []),
        after_seconds=_seconds(table, path, "after"),
        to=list(receivers) if ALL_RECEIVERS in to else to,
        quiet=_quiet(table, path, zone),
        every_seconds=_seconds(table, path, "every") or 0.0,
    )


def _check_keys(table: Mapping[str, Any], path: Path, known: Sequence[str]) -> None:
    for key in table:
        if key not in known:
            raise _Mistake((*path, key), f"is not known here{_meant(key, known)}", key)


def _table(value: Any, path: Path) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Mistake(path, "should be a table")
    return value


def _texts(table: Mapping[str, Any], path: Path, key: str, default: list[str]) -> list[str]:
    value = table.get(key, default)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Mistake((*path, key), "should be a list of texts")
    return value


def _seconds(table: Mapping[str, Any], path: Path, key: str) -> float | None:
    if (value := table.get(key)) is None:
        return None
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _Mistake((*path, key), f"should be a time such as '10 min', '1 h' or '30 s', not {value!r}", str(value))
    return float(found[1]) * _SECONDS[found[2]]


def _quiet(table: Mapping[str, Any], path: Path, zone: str) -> QuietHours | None:
    if (value := table.get("quiet")) is None:
        return None
    found = _QUIET.fullmatch(value) if isinstance(value, str) else None
    try:
        if found is not None:
            return QuietHours(time.fromisoformat(found[1]), time.fromisoformat(found[2]), zone)
    except ValueError:
        pass
    raise _Mistake((*path, "quiet"), f"should be hours such as '22:00-07:00', not {value!r}", str(value))


def _zone(name: Any) -> str:
    try:
        return str(ZoneInfo(name).key)
    except (ValueError, TypeError, OSError, KeyError) as error:
        raise _Mistake(("zone",), f"there is no time zone {name!r}; 'Asia/Tokyo' is one", str(name)) from error


def _language(table: Mapping[str, Any], path: Path, default: Language) -> Language:
    value: Any = table.get("language", default)
    language = known_language(value)
    if language is None:
        raise _Mistake(path, f"should be one of {', '.join(LANGUAGES)}, not {value!r}", str(value))
    return language


def _meant(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; {close[0]!r} may be meant" if close else f"; known are {', '.join(known)}" if known else ""
