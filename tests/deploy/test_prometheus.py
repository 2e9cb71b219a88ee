"""The alert rules use metrics that a monitor really exports."""

import re
import shutil
import subprocess

import pytest
import yaml

from tests.deploy.hosting import DEPLOY
from tests.gpus.conftest import Start

RULES = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
CONFIGURATION = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())


def test_each_metric_of_a_rule_is_exported_by_a_monitor(start: Start) -> None:
    monitor = start(state="count 1\nutil 0 50\nprocess 0 1 64")
    monitor.wait_for(lambda health: health["state"] == "ok")
    series = re.findall(r"^(\w+)(?:\{([^}]*)\})? ", monitor.get("/metrics"), re.MULTILINE)
    names = {name for name, _labels in series}
    labels = {label for _name, labels in series for label in re.findall(r'(\w+)="', labels)}
    for rule in RULES:
        used = set(re.findall(r"\b(clew_\w+|up)\b", rule["expr"]))
        assert used
        assert used <= names | {"up"}, rule["alert"]  # `up` is Prometheus's own
        shown = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
        assert shown <= labels | {"host"}, rule["alert"]


def test_prometheus_reads_the_rules_and_gives_each_host_its_name() -> None:
    (job,) = CONFIGURATION["scrape_configs"]
    assert CONFIGURATION["rule_files"] == ["alerts.yml"]
    assert all(f'job="{job["job_name"]}"' in rule["expr"] for rule in RULES if "up{" in rule["expr"])
    (relabel,) = job["relabel_configs"]
    assert relabel["target_label"] == "host"
    (targets,) = (group["targets"] for group in job["static_configs"])
    assert [re.fullmatch(relabel["regex"], target)[1] for target in targets] == ["trainer-1", "trainer-2"]  # type: ignore[index]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool")
def test_promtool_accepts_the_configuration() -> None:
    subprocess.run(["promtool", "check", "config", str(DEPLOY / "prometheus.yml")], check=True, timeout=30)
