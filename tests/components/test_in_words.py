"""Sentences about failures are known again by their templates, whatever their values are."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from components.texts.in_words import in_words
from components.texts.language import _
from components.texts.sentences import SENTENCES
from domain.errors import AccessDenied, BadResponse
from domain.errors.services import OutcomeUnknown, TimedOut
from tests.rules.test_sentences import ROOT


@pytest.fixture(autouse=True)
def reader() -> Iterator[dict[str, str]]:
    """Who reads; Japanese at first."""
    reader, server = {"language": "ja"}, Flask("spoken")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "components" / "translations")
    Babel(server, locale_selector=lambda: reader["language"])
    with server.test_request_context("/"):
        yield reader


@pytest.mark.parametrize("template", SENTENCES)
def test_a_sentence_is_known_with_whatever_values(template: str) -> None:
    values = {
        name: f"«{name}. (y) 1: 2»" if not template.startswith("{") else f"«{name}. (y)»"
        for name in re.findall(r"\{(\w+)\}", template)
    }
    assert in_words(_filled(template, values)) == _filled(_(template), values)
    assert _(template) != template
    assert set(re.findall(r"\{(\w+)\}", _(template))) == set(values)


def _filled(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: values[slot[1]], template)


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        (AccessDenied("MLflow", "refused our credentials (HTTP 401)"), "MLflow: 認証情報が拒否されました（HTTP 401）"),
        (BadResponse("MLflow", "runs.0.info", "Field required"), "MLflow: runs.0.info: 必須の項目がありません"),
        (
            OutcomeUnknown("Model server", TimedOut("Model server")),
            "モデルサーバー: 時間内に応答がありませんでした。実行されたかどうかは不明です",
        ),
        (
            "answers, but the last refresh failed: MLflow: answered HTTP 503",
            "応答はありますが、直近の更新に失敗しました（MLflow: HTTP 503 を返しました）",
        ),
        ("GPU monitor a: refused the connection.", "GPU モニター a: 接続を拒否しました。"),
        # What another program said is its own, also where it stands in a sentence of ours.
        ("The policy cannot be run: Non-zero status code.", "方策を実行できません：Non-zero status code。"),
        ("RESOURCE_DOES_NOT_EXIST: no such thing", "RESOURCE_DOES_NOT_EXIST: no such thing"),
        ("", ""),
        ("x" * 3000, "x" * 3000),
    ],
)
def test_what_is_ours_is_translated_and_what_is_not_is_not(english: str, japanese: str) -> None:
    assert in_words(english) == japanese


def test_an_english_reader_reads_what_was_said(reader: dict[str, str]) -> None:
    reader["language"] = "en"
    assert in_words("MLflow: answered HTTP 503") == "MLflow: answered HTTP 503"
