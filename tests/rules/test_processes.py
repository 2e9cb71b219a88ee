"""One table defines the processes; the supervisor's configuration and the docs are made from it."""

from configparser import RawConfigParser

import pytest

from services.processes.configuration import configuration
from services.processes.specs import PROCESSES, ProcessSpec
from settings.settings import Settings
from tests.rules import process_table

PARSED = RawConfigParser()
PARSED.read_string(configuration(PROCESSES))
LISTENING = [process for process in PROCESSES if process.listens is not None]


def test_the_docs_have_the_table_of_processes() -> None:
    text = process_table.FILE.read_text()
    assert process_table.with_table(text) == text, "python -m tests.rules.process_table"


def test_all_processes_are_in_one_supervisor_group() -> None:
    assert PARSED["group:clew"]["programs"].split(",") == [process.name for process in PROCESSES]
    assert len({process.name for process in PROCESSES}) == len(PROCESSES)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_process_is_supervised_as_its_entry_states(process: ProcessSpec) -> None:
    program = PARSED[f"program:{process.name}"]
    assert program["command"] == process.command
    assert program["autostart"] == "false"
    assert program["autorestart"] == ("false" if process.runs_once else "true")
    assert program["stdout_logfile"] == f"log/{process.name}.log"


@pytest.mark.parametrize("process", LISTENING, ids=lambda process: process.name)
def test_the_address_of_a_process_is_a_setting(process: ProcessSpec) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    host, port = process.address(settings)
    assert process.url(settings) == f"http://{host}:{port}"
    assert {process.host_setting.lower(), process.port_setting.lower()} <= set(Settings.model_fields)
    assert not process.unless or process.unless.lower() in Settings.model_fields
