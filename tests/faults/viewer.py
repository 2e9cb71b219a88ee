"""A viewer without a browser: loads a page of a Clew and calls its callbacks as Dash's own page does.

Everything on the server is real; the scripts of the browser do not run here and are tested elsewhere.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from flask import Flask

Change = tuple[str, str]
# Takes a path, the requesting page, and the posted body; returns the status and the content of the answer.
Ask = Callable[[str, str, bytes | None], tuple[int, bytes]]
# What assets/runs.js passes on.
_BY_THE_BROWSER: dict[Change, Change] = {("runs-version", "data"): ("compare-news", "data")}
# Large properties without components: walking thousands of rows would cost a viewer more than its page.
_NO_COMPONENTS = frozenset({"data", "figure"})
_AT_A_TIME = 6  # as many requests as a browser sends to one host at once


def in_process(server: Flask) -> Ask:
    """Sends requests to a Clew of this process."""

    def ask(path: str, page: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {"Referer": f"http://localhost{page}", "Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        answer = server.test_client().open(path, method=method, data=body, headers=headers)
        return answer.status_code, answer.data

    return ask


class Viewer:
    """Loads the page at `path`; `seconds` is how long it took until all its callbacks had answered."""

    def __init__(self, ask: Ask, path: str) -> None:
        self.path = path
        self._ask = ask
        began = time.monotonic()
        self._index: dict[str, dict[str, Any]] | None = None
        self._tree: Any = self._get("/_dash-layout")
        self._set("_pages_location", "pathname", urlsplit(path).path)
        self._set("_pages_location", "search", f"?{urlsplit(path).query}" if urlsplit(path).query else "")
        self._settle([("_pages_location", "pathname")], set())
        self.seconds = time.monotonic() - began
        self._figures: dict[str, Any] = {}
        self._draw()

    def tick(self) -> float:
        """Fires the page's intervals; returns how long the callbacks took."""
        began = time.monotonic()
        due = []
        for one in self._by_id().values():
            if one["type"] == "Interval" and not one["props"].get("disabled"):
                props = one["props"]
                props["n_intervals"] = (props.get("n_intervals") or 0) + 1
                due.append((props["id"], "n_intervals"))
        self._settle(due, self._ids)
        took = time.monotonic() - began
        self._draw()
        return took

    def press(self, button: str) -> None:
        """Clicks a component."""
        props = self._by_id()[button]["props"]
        props["n_clicks"] = (props.get("n_clicks") or 0) + 1
        self._settle([(button, "n_clicks")], self._ids)

    def set_property(self, component: str, prop: str, value: Any) -> None:
        """Sets a property as the browser's own code would."""
        self._set(component, prop, value)
        self._settle([(component, prop)], self._ids)

    def property_of(self, component: str, prop: str) -> Any:
        """Returns a property of a component as the page has it now; a chart has a figure."""
        return self._figures.get(component) if prop == "figure" else self._by_id()[component]["props"].get(prop)

    def shows(self, component: str, text: str) -> bool:
        """Returns whether a component contains this text, in what it shows or in the data that the browser shows."""
        found = self._figures.get(component) or self._by_id().get(component)
        return found is not None and any(text in piece for piece in _strings(found))

    def failing(self, component: str) -> str:
        """Returns the texts of a list's failing entries."""
        found = self._by_id().get(component)
        rows = [one for one in _components(found) if one["type"] == "Li"]
        return " ".join(_text(row) for row in rows if any("health-down" in piece for piece in _strings(row)))

    def alerts(self) -> list[str]:
        """Returns the texts of the open alerts about failures that offer a Retry."""
        boxes = (one for one in self._by_id().values() if one["type"] == "Alert" and one["props"].get("is_open"))
        return [_text(box) for box in boxes if _has_retry(box)]

    def text(self) -> str:
        """Returns all text of the page."""
        return _text(self._by_id()["_pages_content"])

    def has(self, component: str) -> bool:
        """Returns whether the page has a component of this id."""
        return component in self._by_id()

    # -- as assets/chart_grid.js does it

    def _draw(self) -> None:
        """Requests the charts of the preset; a failed one leaves the old one in place."""
        for place, runs in (("compare", self._compared()), ("run", self._value("run-id", "data")["value"])):
            begin = self._value(f"{place}-grid-begin", "data")["value"]
            for word in begin["preset"] if begin and runs else ():
                query = urlencode({"runs": runs, "chart": f"@{word}"})
                status, content = self._ask(f"/charts/figure?{query}", self.path, None)
                if status == 200:
                    self._figures[f"{place}-chart-{word.replace('_', '-')}"] = orjson.loads(content)["figure"]

    def _compared(self) -> str:
        return ",".join((self._value("compare-runs", "data")["value"] or {}).get("runs", []))

    # -- as Dash's page does it

    @cached_property
    def _dependencies(self) -> list[dict[str, Any]]:
        return [one for one in self._get("/_dash-dependencies") if not one["clientside_function"]]

    def _get(self, path: str) -> Any:
        status, content = self._ask(path, self.path, None)
        assert status == 200, content
        return orjson.loads(content)

    def _settle(self, changed: list[Change], known: set[str]) -> None:
        """Calls the callbacks that depend on `changed`, on their outputs, and on components that appear for the
        first time."""
        called: set[str] = set()
        while True:
            new = self._ids - known
            due = [one for one in self._dependencies if self._is_due(one, changed, new, called)]
            if not due:
                return
            known = self._ids
            called |= {one["output"] for one in due}
            with ThreadPoolExecutor(_AT_A_TIME) as pool:
                answers = list(pool.map(partial(self._call, changed), due))
            given = {change: value for answer in answers for change, value in answer.items()}
            given |= {_BY_THE_BROWSER[change]: given[change] for change in given if change in _BY_THE_BROWSER}
            changed = [change for change, value in given.items() if self._set(*change, value)]

    def _is_due(self, one: dict[str, Any], changed: list[Change], new: set[str], called: set[str]) -> bool:
        outputs, inputs = _outputs(one), [(i["id"], i["property"]) for i in one["inputs"]]
        if not {name for name, _property in [*outputs, *inputs]} <= self._ids or one["output"] in called:
            return False
        first = not one["prevent_initial_call"] and any(name in new for name, _property in [*outputs, *inputs])
        return first or any(change in inputs for change in changed)

    def _call(self, changed: list[Change], one: dict[str, Any]) -> dict[Change, Any]:
        outputs = [{"id": name, "property": prop} for name, prop in _outputs(one)]
        inputs = [(i["id"], i["property"]) for i in one["inputs"]]
        body = {
            "output": one["output"],
            "outputs": outputs if one["output"].startswith("..") else next(iter(outputs), None),
            "inputs": [self._value(*each) for each in inputs],
            "state": [self._value(s["id"], s["property"]) for s in one["state"]],
            "changedPropIds": [f"{name}.{prop}" for name, prop in changed if (name, prop) in inputs],
        }
        status, content = self._ask("/_dash-update-component", self.path, orjson.dumps(body))
        assert status in (200, 204), (one["output"], status, content[:500])
        if status == 204:
            return {}
        answer = orjson.loads(content)
        side_updates = answer.get("sideUpdate") or {}
        assert "frame-errors" not in side_updates, (one["output"], answer)
        parts = [*(answer.get("response") or {}).items(), *side_updates.items()]
        return {(name, prop): value for name, props in parts for prop, value in props.items()}

    def _value(self, name: str, prop: str) -> dict[str, Any]:
        found = self._by_id().get(name)
        return {"id": name, "property": prop, "value": None if found is None else found["props"].get(prop)}

    def _set(self, name: str, prop: str, value: Any) -> bool:
        found = self._by_id().get(name)
        if found is None:
            return False
        found["props"][prop] = value
        if prop == "children":
            self._index = None  # other components may exist now
        return True

    def _by_id(self) -> dict[str, dict[str, Any]]:
        if self._index is None:
            named = (one for one in _components(self._tree) if isinstance(one["props"].get("id"), str))
            self._index = {one["props"]["id"]: one for one in named}
        return self._index

    @property
    def _ids(self) -> set[str]:
        return set(self._by_id())


def _outputs(one: dict[str, Any]) -> list[Change]:
    listed = one["output"].strip(".").split("...") if one["output"].startswith("..") else [one["output"]]
    pairs = [entry.rpartition(".") for entry in listed]
    return [(name, prop.partition("@")[0]) for name, _dot, prop in pairs if name]


def _components(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "props" in tree and "namespace" in tree:
            yield tree
        for key, value in tree.items():
            if key not in _NO_COMPONENTS:
                yield from _components(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _components(value)


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _strings(value)


def _text(tree: Any) -> str:
    return " ".join(_texts_in(tree)).strip()


def _texts_in(tree: Any) -> Iterable[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for one in tree:
            yield from _texts_in(one)
    elif isinstance(tree, dict) and "props" in tree:
        yield from _texts_in(tree["props"].get("children"))


def _has_retry(box: Any) -> bool:
    return any(str(one["props"].get("id", "")).endswith("-retry") for one in _components(box))
