"""Writes `.env.example` from the settings classes: `python -m tests.rules.env_example` in the tree's root."""

from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from gpu_monitor.settings import GpuMonitorSettings
from inference.settings import InferenceSettings
from services.settings import Settings
from training.settings import TrainingSettings

FILE = Path(__file__).parents[2] / ".env.example"
PARTS: dict[str, type[BaseSettings]] = {
    "The dashboard and `make run`": Settings,
    "The GPU monitor": GpuMonitorSettings,
    "The inference engine": InferenceSettings,
    "The trainer": TrainingSettings,
}
HEAD = """\
# All settings of Clew, with their defaults. Copy this to .env and change what you need, or set them in the
# environment, which wins. A wrong value stops the start with a sentence that names it.
"""


def text() -> str:
    """What `.env.example` has to say; a variable that several classes read is named once."""
    said, known = HEAD, set[str]()
    for title, settings in PARTS.items():
        fields = {name: field for name, field in settings.model_fields.items() if name not in known}
        known |= set(fields)
        if fields:
            said += f"\n# --- {title} ---\n" + "".join(_entry(name, field) for name, field in fields.items())
    return said


def default(field: FieldInfo) -> str:
    """A field's default as one would write it in the environment."""
    return "" if field.default is None else str(field.default)


def _entry(name: str, field: FieldInfo) -> str:
    return f"\n# {field.description}\n{name.upper()}={default(field)}\n"


if __name__ == "__main__":
    FILE.write_text(text())
