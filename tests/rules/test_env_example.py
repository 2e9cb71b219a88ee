"""Every setting is in `.env.example` and in the table of docs/settings.md, described, and nothing else is."""

from collections import defaultdict

import pytest
from dotenv import dotenv_values
from pydantic_settings import BaseSettings

from tests.rules.env_example import FILE, PARTS, TABLE, default, text, with_table

SETTINGS = list(PARTS.values())


def test_the_file_equals_what_the_classes_define() -> None:
    assert FILE.read_text() == text(), "run: python -m tests.rules.env_example"
    assert TABLE.read_text() == with_table(TABLE.read_text()), "run: python -m tests.rules.env_example"


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_setting_is_described_and_has_a_default(settings: type[BaseSettings]) -> None:
    incomplete = [n for n, field in settings.model_fields.items() if not field.description or field.is_required()]
    assert incomplete == []


def test_a_variable_has_the_same_default_in_every_program() -> None:
    defaults = defaultdict(set)
    for settings in SETTINGS:
        for name, field in settings.model_fields.items():
            defaults[name].add(default(field))
    assert {name: values for name, values in defaults.items() if len(values) > 1} == {}


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_copied_example_file_changes_no_setting(
    settings: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert dotenv_values(FILE)
    assert settings(_env_file=FILE) == settings(_env_file=None)
