"""The locks of `make run` and `make test` agree: both install into one virtual environment."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def pins(lock: Path) -> set[str]:
    """Returns each pin without its environment marker."""
    return {line.partition(" ;")[0] for line in lock.read_text().splitlines() if line and not line.startswith("#")}


def test_all_locks_agree_with_the_run_lock() -> None:
    """`make run` after `make test` installs nothing again."""
    run = pins(ROOT / "requirements.txt")
    assert len(run) > 50
    assert run <= pins(ROOT / "requirements-dev.txt")
    names = {pin.partition("==")[0] for pin in run}
    assert not {pin for pin in pins(ROOT / "requirements-train.txt") - run if pin.partition("==")[0] in names}


def test_mlflow_gets_the_urllib3_that_it_is_written_for() -> None:
    """Under 1.26 it logs a traceback at each write to its registry."""
    (urllib3,) = (pin for pin in pins(ROOT / "requirements.txt") if pin.startswith("urllib3=="))
    assert int(urllib3.removeprefix("urllib3==").split(".")[0]) >= 2


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_is_exact_and_names_no_address(lock: Path) -> None:
    assert [pin for pin in pins(lock) if not re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[^ ]+$", pin)] == []
    assert "://" not in lock.read_text()


def test_the_lock_of_the_javascript_checks_names_packages_and_no_registry() -> None:
    packages = json.loads((ROOT / "tests" / "javascript" / "package-lock.json").read_text())["packages"]
    dev_dependencies = packages.pop("")["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in dev_dependencies} == dev_dependencies
    assert [name for name, one in packages.items() if "integrity" not in one or "resolved" in one] == []
