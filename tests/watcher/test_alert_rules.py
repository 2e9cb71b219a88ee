"""ALERTS_FILE: its content, and how a mistake in it is reported; quiet hours, patterns, mutes."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.alerts.alert import Alert, Due, Mute, Subject, alert_id
from domain.alerts.kinds import AlertKind
from domain.alerts.rules import QuietHours
from domain.alerts.rules_file import read_rules
from domain.errors import BadInput
from domain.errors.alerts.events import RunHasFailed
from domain.message_data import MessageData
from settings.settings import Settings
from watcher.sending.delivery import is_address

ROOT = Path(__file__).parents[2]
GOOD = """\
language = "ja"
zone = "Asia/Tokyo"
[receivers]
team = "json://127.0.0.1/x"
[receivers.ops]
url = "$OPS"
language = "en"
[[rules]]
what = ["failed", "diverged"]
experiments = ["maze*"]
quiet = "22:00-07:00"
[[rules]]
what = ["gpu_lost"]
to = ["ops"]
every = "1 h"
"""
OPS = {"OPS": "slack://TokenAAAA/TokenBBBBBB/TokenCCCCCCCC"}


def test_a_good_file_sets_receivers_rules_and_quiet_hours() -> None:
    rules = read_rules(GOOD, OPS)
    team, ops = rules.receivers
    assert (team.language, ops.language, ops.url) == ("ja", "en", OPS["OPS"])
    first, second = rules.rules
    assert (first.to, second.to, second.every_seconds) == (["team", "ops"], ["ops"], 3600)
    assert first.quiet == QuietHours(time(22), time(7), "Asia/Tokyo")
    maze, other = (Subject(key="r", name="run", experiment=name) for name in ("Maze-10x10", "pong"))
    assert first.applies_to(AlertKind.FAILED, maze)
    assert not first.applies_to(AlertKind.FAILED, other)
    assert not first.applies_to(AlertKind.BEST, maze)
    assert {"TokenBBBBBB", "TokenCCCCCCCC", OPS["OPS"]} <= rules.secrets
    assert "127.0.0.1" not in rules.secrets
    assert "slack" not in repr(rules)
    mail = read_rules('[receivers]\nops = "mailtos://mio:hunter2@mail.example.com?to=o%40e.org&key=a%2Fb%2Fcdefgh"', {})
    assert {"hunter2", "a/b/cdefgh"} <= mail.secrets
    assert not {"mio", "mail.example.com"} & mail.secrets


def test_without_rules_all_receivers_get_all_alerts() -> None:
    (rule,) = read_rules('[receivers]\nteam = "json://x"', {}).rules
    assert rule.to == ["team"]
    assert all(rule.applies_to(kind, Subject(key="k", name="n")) for kind in AlertKind)


MISTAKES = {
    ('"diverged"', '"divreged"'): "Line 9, rules.1.what: there is no event 'divreged'; 'diverged' may be meant.",
    ('["ops"]', '["opss"]'): "Line 14, rules.2.to: there is no receiver 'opss'; 'ops' may be meant.",
    ("1 h", "1 hour"): "Line 15, rules.2.every: should be a time such as '10 min', '1 h' or '30 s', not '1 hour'.",
    ("quiet", "quite"): "Line 11, rules.1.quite: is not known here; 'quiet' may be meant.",
    ("Tokyo", "Tokio"): "Line 2, zone: there is no time zone 'Asia/Tokio'; 'Asia/Tokyo' is one.",
    (
        "[[rules]]",
        "[[rules",
    ): "The file is no TOML: Expected ']]' at the end of an array declaration (at line 8, column 8).",
    ("22:00", "25:00"): "Line 11, rules.1.quiet: should be hours such as '22:00-07:00', not '25:00-07:00'.",
    ('"$OPS"', '"$POS"'): "Line 6, receivers.ops.url: the variable POS is not set.",
    ("json://127.0.0.1/x", "jsonn://t0ken/x"): "Line 4, receivers.team: Apprise cannot send to this address (jsonn).",
    ("experiments", "what"): None,
    ('language = "en"', 'language = "fr"'): "Line 7, receivers.ops.language: should be one of en, ja, not 'fr'.",
    ("[receivers]\n", "receivers = 3\n"): None,
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=" → ".join)
def test_a_mistake_in_the_file_is_reported_with_its_line_and_word(mistake: tuple[str, str]) -> None:
    with pytest.raises(BadInput) as raised:
        read_rules(GOOD.replace(*mistake, 1), OPS, is_address)
    text = str(raised.value)
    assert MISTAKES[mistake] in (None, text)
    assert "ine " in text
    assert "t0ken" not in text


def test_a_mistake_in_the_file_stops_the_watcher(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text(GOOD.replace("failed", "faild").replace("$OPS", "json://x"))
    with pytest.raises(ValueError, match=r"Line 9, rules\.1\.what: there is no event 'faild'; 'failed' may be meant"):
        Settings(_env_file=None, alerts_file=file)  # type: ignore[call-arg]


def test_an_invalid_receiver_address_stops_the_watcher_and_is_not_logged(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text('[receivers]\nteam = "$ALERTS_TEAM"\n')
    environment = os.environ | {"ALERTS_FILE": str(file), "PYTHONPATH": str(ROOT), "ALERTS_TEAM": "slack://qzxjq/zqxxj"}
    command = [sys.executable, "-m", "watcher"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    text = done.stdout + done.stderr
    assert done.returncode == 2, text
    assert "Line 2, receivers.team: Apprise cannot send to this address (slack)." in text
    assert "qzxjq" not in text
    assert "zqxxj" not in text


@given(st.text(max_size=300))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(BadInput):
        read_rules(text, {})


@given(st.times(), st.times(), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_swapping_begin_and_end_inverts_quiet_hours(begin: time, end: time, now: datetime) -> None:
    now = now.replace(tzinfo=UTC)
    if begin != end:
        assert QuietHours(begin, end, "UTC").is_quiet(now) != QuietHours(end, begin, "UTC").is_quiet(now)


def test_a_mute_silences_matching_alerts_until_it_ends() -> None:
    run = Subject(key="r", name="ppo-3", experiment="maze")
    mute = Mute(id="0" * 16, kinds=[AlertKind.FAILED], pattern="PPO-*", until_ms=100)
    assert mute.silences(AlertKind.FAILED, run, 99)
    assert not mute.silences(AlertKind.FAILED, run, 100)
    assert not mute.silences(AlertKind.BEST, run, 99)
    assert not mute.silences(AlertKind.FAILED, Subject(key="r", name="dqn", experiment="maze"), 99)
    assert Mute(id="0" * 16, until_ms=100).silences(AlertKind.GPU_LOST, run, 99)
    seeds = Subject(key="r", name="ppo [seed=3]")
    assert Mute(id="0" * 16, pattern="ppo [seed=?]", until_ms=100).silences(AlertKind.FAILED, seeds, 99)


def test_an_alert_fits_into_a_tag() -> None:
    text = MessageData.of(RunHasFailed("r" * 300, "e" * 300))
    due = {f"receiver-{n}": Due(rule="x" * 60, cause=MessageData(text="w" * 250)) for n in range(10)}
    subject = Subject(key="k" * 64, name="n" * 300, experiment="e" * 300)
    alert = Alert(id=alert_id("a"), kind=AlertKind.FAILED, subject=subject, text=text, since_ms=1, due=due)
    assert len(alert.as_tag) <= 5_000
    assert Alert.model_validate_json(alert.as_tag).due.keys() == due.keys()


def test_a_foreign_alert_cannot_link_elsewhere_and_needs_a_valid_date() -> None:
    for page in ("//evil.example.com", "@evil.example.com", "javascript:alert(1)", "/\\evil.example.com"):
        with pytest.raises(ValidationError):
            Subject(key="k", name="n", page=page)
    text = MessageData.of(RunHasFailed("r", "e"))
    with pytest.raises(ValidationError):
        Alert(id="0" * 16, kind=AlertKind.FAILED, subject=Subject(key="k", name="n"), text=text, since_ms=2**60)
