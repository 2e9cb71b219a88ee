"""Writes `.env.example` and the table of docs/settings.md from their classes: `python -m tests.rules.env_example`."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from gpu_monitor.settings import GpuMonitorSettings
from inference.settings import InferenceSettings
from scheduler.settings import SchedulerSettings
from settings.settings import Settings
from tensorboard_import.settings import ImportSettings
from training.settings import TrainingSettings
from watcher.settings import WatcherSettings

FILE = Path(__file__).parents[2] / ".env.example"
TABLE = Path(__file__).parents[2] / "docs/settings.md"
PARTS: dict[str, type[BaseSettings]] = {
    "The dashboard and `make run`": Settings,
    "The GPU monitor": GpuMonitorSettings,
    "The inference engine": InferenceSettings,
    "The scheduler": SchedulerSettings,
    "The importer of TensorBoard's runs": ImportSettings,
    "The watcher": WatcherSettings,
    "The trainer": TrainingSettings,
}
HEAD = """\
# All settings of Clew, with their defaults. Copy this to .env and change what you need, or set them in the
# environment, which takes precedence. A wrong value stops the start with a message that names it.
"""


def text() -> str:
    """Returns the required content of `.env.example`; a variable that several classes read is named once."""
    parts = ((f"\n# --- {title} ---\n", fields) for title, fields in _parts())
    return HEAD + "".join(head + "".join(_entry(*field) for field in fields.items()) for head, fields in parts)


def table() -> str:
    """Returns the required table of settings."""
    rows = [f"| **{title}** | | |\n" + "".join(_row(*field) for field in fields.items()) for title, fields in _parts()]
    return "| setting | default | meaning |\n|---|---|---|\n" + "".join(rows)


def with_table(page: str) -> str:
    """Returns the page with that table in its place."""
    marked = r"(?<=<!-- settings: python -m tests.rules.env_example -->\n).*?(?=<!-- /settings -->)"
    found, times = re.subn(marked, lambda _old: f"\n{table()}\n", page, flags=re.DOTALL)
    assert times == 1, "docs/settings.md has no place for its table"
    return found


def _parts() -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    known = set[str]()
    for title, settings in PARTS.items():
        fields = {name: field for name, field in settings.model_fields.items() if name not in known}
        known |= set(fields)
        if fields:
            yield title, fields


def default(field: FieldInfo) -> str:
    """Returns a field's default as it is written in the environment."""
    return "" if field.default is None else str(field.default)


def _entry(name: str, field: FieldInfo) -> str:
    return f"\n# {field.description}\n{name.upper()}={default(field)}\n"


def _row(name: str, field: FieldInfo) -> str:
    meaning = (field.description or "").replace("|", "\\|").replace("<", "&lt;")
    return f"| `{name.upper()}` | {f'`{default(field)}`' if default(field) else ''} | {meaning} |\n"


if __name__ == "__main__":
    FILE.write_text(text())
    TABLE.write_text(with_table(TABLE.read_text()))
