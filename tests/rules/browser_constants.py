"""Writes `assets/from_python.js`, constants that scripts and Python share, and the types of texts: `python -m
tests.rules.browser_constants`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from components import ids
from components.charts.chart_controls import BY_ITSELF
from components.gpus import gpu_texts
from components.gpus.gpu_overview import HEAT_STEPS
from components.run_rows.listing import OF_THEMSELVES
from domain.charts.chart_options import IN_ADDRESS, ChartOptions
from domain.filters import grammar, terms
from domain.views import addresses
from tests.rules import browser_texts

FILE = Path(__file__).parents[2] / "assets" / "from_python.js"
_HEAD: Final = """\
/* What scripts and Python both have to know. `python -m tests.rules.browser_constants` writes this file; a test holds it to Python. */
"""
# Groups have an address of their own.
_CHART_OPTIONS: Final = sorted(IN_ADDRESS - {"group", "alone"})


def constants() -> Mapping[str, Any]:
    """Returns the file's exports by name."""
    return {
        "ID": {name: value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)},
        "CHART_DEFAULTS": {name: ChartOptions.model_fields[name].default for name in _CHART_OPTIONS}
        | {"axis": BY_ITSELF},
        "GPU_CHOICE": {"EVERY": gpu_texts.EVERY, "NOTHING": gpu_texts.NOTHING},
        "MISSING": terms.MISSING,
        "HEAT_STEPS": HEAT_STEPS,
        "COLUMNS_OF_THEMSELVES": OF_THEMSELVES,
        "ADDRESS": {
            "LONG": addresses.LONG,
            "TOO_LONG_FOR_SERVERS": addresses.TOO_LONG_FOR_SERVERS,
            "OF_THE_READER": sorted(addresses.OF_THE_READER),
            "NO_PART_OF_A_VIEW": sorted(addresses.NO_PART_OF_A_VIEW),
        },
        "FILTER": {
            "MAX_CHARACTERS": grammar.MAX_CHARACTERS,
            "MAX_ALTERNATIVES": grammar.MAX_ALTERNATIVES,
            "SAME": terms.SAME,
            "EXACT": terms.EXACT,
            "LESS": terms.LESS,
        },
    }


def text() -> str:
    """Returns the file as it has to be."""
    parts = (f"export const {name} = {_as_script(name, value)};\n" for name, value in constants().items())
    return "\n".join([_HEAD, *parts]).replace("\n\n\n", "\n\n")


def _as_script(name: str, value: Any) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    fields = (f"  {field}: {json.dumps(one, ensure_ascii=False)}," for field, one in value.items())
    written = "\n".join(["{", *fields, "}"])
    # With the ids as literals, tests/javascript/components.d.ts gives each component's properties their types.
    return f"/** @type {{const}} */ ({written})" if name == "ID" else written


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    browser_texts.FILE.write_text(browser_texts.text(), encoding="utf-8")
