"""Every page in Japanese, with data and on failures: names are the only English, seen or read aloud."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from dash.testing.browser import Browser
from flask import Flask
from flask_babel import Babel

from components.texts.translate import templates, translate_json
from domain.errors.catalogue import TEMPLATES
from domain.errors.connections import OutcomeUnknown, TimedOut
from domain.errors.names import ModelServer
from domain.messages import SLOT, as_json
from tests.browser.page import Page
from tests.browser.spoken import english_texts, links_of
from tests.gpus.conftest import Start, library, start  # noqa: F401
from tests.gpus.monitor import Monitor, free_port
from tests.misbehaving import HTML, WRONG_TYPES, Misbehaving, only
from tests.registry import Registry
from tests.rules.test_messages import ROOT
from tests.site_pages import unvisited
from tests.tracking import Tracking

# Names of hosts, fields and experiments, and texts of other programs: here MLflow's stand-in.
RAW = {"local", "test", "experiments", "DOCTYPE", "html", "title", "It", "works"}


class Pages:
    """Drives the pages of a Clew in Japanese; each is checked once it shows the awaited text."""

    def __init__(self, page: Page, runs: list[str]) -> None:
        self.page = page
        self.runs = runs
        self.visited: list[str] = []
        self.english: dict[str, set[str]] = {}
        self.lost: list[tuple[str, str]] = []  # where a link loses the language, and where it leads

    def visit(self, path: str, waits_for: str) -> None:
        self.visited.append(path)
        address = path + ("&" if "?" in path else "?") + "lang=ja"
        if self.page.driver.current_url.startswith(self.page.address):
            self.page.script("window.clew.visit(arguments[0])", address)
        else:
            self.page.open(address)
        self.check_once_shown(waits_for)
        for link in links_of(self.page):
            if parse_qs(urlsplit(link).query).get("lang") not in (["ja"], ["en"]):
                self.lost.append((path, link))

    def check_once_shown(self, text: str) -> None:
        self.page.wait_for_text(text)
        self.english |= english_texts(self.page, RAW)


@pytest.fixture(scope="module")
def monitor(start: Start) -> Monitor:  # noqa: F811
    """Runs a monitor of a busy GPU, and of a lost one."""
    return start(state="count 2\nutil 0 90\nerror 1 * 15", GPU_SAMPLE_SECONDS="0.5")


@pytest.fixture(scope="module")
def registry(tracking: Tracking) -> Registry:
    """Registers two models, one of them with an invalid file, and logs two runs, one of which trains."""
    registry = Registry(tracking, f"japanese-{uuid.uuid4().hex[:8]}")
    registry.version(algorithm="PPO", success_rate="0.75", trained_at="2026-11-20T12:00:00+00:00")
    registry.version(b"no ONNX file", algorithm="DQN")
    return registry


@pytest.fixture
def pages(
    dash_br: Browser,
    serve: Callable[..., str],
    misbehaving: Misbehaving,
    monitor: Monitor,
    registry: Registry,
) -> Iterator[Pages]:
    """Returns the pages of a Clew without an inference engine."""
    tracking = registry.tracking
    group = tracking.experiment()
    metrics = {"episode_reward": [1.0, 2.0, 3.0], "success_rate": [0.5, 0.5, 1.0], "loss": [1.0, 0.5, 0.25]}
    params = {"algorithm": "PPO", "seed": "1"}
    runs = [
        tracking.run(group, name="7", params=params, metrics=metrics, status=how) for how in ("RUNNING", "FINISHED")
    ]
    tracking.post("runs/delete", {"run_id": tracking.run(group, name="8")})
    misbehaving.alter = only(group)  # whose names are no English
    ports = {"gpu_monitor_port": monitor.port, "inference_port": free_port()}
    page = Page(dash_br.driver, serve(misbehaving.address, model_name=registry.name, **ports))
    page.expected_errors = ("WebSocket connection", "404", "/_dash-update-component")
    yield Pages(page, runs)
    assert page.console_errors() == []


def test_every_page_is_in_japanese(pages: Pages, monitor: Monitor, misbehaving: Misbehaving) -> None:
    page, run = pages.page, pages.runs[1]
    pages.visit("/", "接続を拒否しました")  # the engine is away
    pages.visit("/mlflow?runs=" + ",".join([*pages.runs, "f" * 32]), "MLflow にありません")
    page.wait(lambda: page.lines("compare-chart-loss") == [3, 3])
    page.click(".filter-hint summary")
    pages.check_once_shown("絞り込みと並べ替えの方法")
    pages.visit(f"/mlflow/runs/{run}", "最終成功率")
    pages.visit("/mlflow/runs/7", "実行が見つかりません")
    pages.visit("/models", "アクティブ化")
    _activate_invalid_model(page)
    pages.check_once_shown("方策ファイルが ONNX ファイルではありません。")
    assert page.find(".clew-toast .btn-close").get_attribute("aria-label") == "閉じる"
    page.click("#models-delete")
    pages.check_once_shown("このモデルを削除しますか？")
    pages.visit("/models/1", "検査済み")
    pages.visit("/models/99", "モデルがありません")
    pages.visit("/nowhere", "ページがありません")
    pages.visit("/mlflow/trash", "ゴミ箱")
    page.wait(lambda: page.all("#run-trash tbody tr"))
    pages.check_once_shown("8")
    pages.visit("/alerts", "見張りはまだ動いたことがありません")
    pages.visit("/inference", "推論エンジンは動いていますか")
    pages.visit("/gpu/history", "GPUの履歴")
    page.wait(lambda: page.all("#fleet-table td"))
    pages.check_once_shown("GPUの履歴")
    pages.visit("/gpu", "GPU がバスから切り離されました。")
    monitor.fake.write("count 2", "error -1 nvmlDeviceGetCount 9")
    pages.check_once_shown("NVIDIA カーネルモジュールが読み込まれていません。")
    misbehaving.answer = HTML
    pages.visit("/mlflow", "JSON ではありません")
    misbehaving.answer = WRONG_TYPES
    page.click("#runs-retry")
    pages.check_once_shown("リストではありません")
    assert pages.english == {}
    assert pages.lost == []
    # test_training_pages.py, which has a scheduler, reads the pages of trainings.
    assert unvisited(pages.visited) == {"/training", "/training/<run_id>"}
    _check_that_browser_and_server_translate_the_same(page)


def _activate_invalid_model(page: Page) -> None:
    """Tries to activate a model with an invalid file."""
    page.tick("2", "model_id", "models-table")
    page.click("#models-activate")


def _check_that_browser_and_server_translate_the_same(page: Page) -> None:
    """Checks that assets/translate.js and components/texts/translate.py translate each message the same way."""
    server = Flask("japanese")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "components" / "translations")
    Babel(server, locale_selector=lambda: "ja")
    with server.test_request_context("/"):
        values = [as_json(ModelServer()), "«x». (y) 1: {code}", 7, 0.5, None, [1, "a"], {"text": "It is gone."}]
        samples = [
            {"code": code, "params": dict.fromkeys(SLOT.findall(TEMPLATES[code]), value)}
            for code in sorted(TEMPLATES)
            for value in values
        ]
        samples += [
            as_json(OutcomeUnknown(ModelServer(), TimedOut(ModelServer()))),
            {"code": "unheard-of"},
            {"text": ""},
        ]
        odd: list[Any] = [{"code": 5}, {"code": ["x"]}, {"params": {}}, [[{}]], {"text": 7}, None]
        samples += odd
        samples += [{"code": "policy-refused", "params": params} for params in (None, 5, *({"reason": o} for o in odd))]
        texts = page.script(
            "return arguments[0].map(s => window.clew.translate(s, arguments[1]))", samples, templates(TEMPLATES)
        )
        assert texts == [translate_json(sample) for sample in samples]
