"""Messages become sentences by their code, in the reader's language, whatever their values are."""

import copy
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from pydantic import BaseModel, Field, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from components.texts.language import _
from components.texts.translate import translate, translate_json
from domain.errors import BadResponse, ClewError
from domain.errors.catalogue import TEMPLATES
from domain.errors.connections import AnsweredStatus, ConnectionRefused, CredentialsRefused, OutcomeUnknown, TimedOut
from domain.errors.misfits import InvalidValue, misfit_of
from domain.errors.names import MODEL_SERVER, GpuMonitor
from domain.errors.policies import RunFailed
from domain.errors.records import NotFoundThere
from domain.errors.requests import ContractMisfit, Unknown
from domain.errors.services import LastRefreshFailed
from domain.message_data import MessageData, coded, message_in
from domain.messages import Message, Text, as_json, in_english
from tests.rules.test_messages import ROOT


@pytest.fixture(autouse=True)
def reader() -> Iterator[dict[str, str]]:
    """Sets the reader's language; Japanese at first."""
    reader, server = {"language": "ja"}, Flask("spoken")
    server.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "components" / "translations")
    Babel(server, locale_selector=lambda: reader["language"])
    with server.test_request_context("/"):
        yield reader


def sample(code: str) -> dict[str, Any]:
    """Returns a message of this code with values that would break a naive pattern."""
    names = re.findall(r"\{(\w+)\}", TEMPLATES[code])
    return {"code": code, "params": {name: f"«{name}. (y) 1: {{code}}»" for name in names}}


@pytest.mark.parametrize("code", sorted(TEMPLATES))
def test_a_message_is_formatted_with_any_values(code: str) -> None:
    message = sample(code)
    for template, expected in ((TEMPLATES[code], in_english(message)), (_(TEMPLATES[code]), translate_json(message))):
        filled = re.sub(r"\{(\w+)\}", lambda slot: message["params"][slot[1]], template)
        service = message["params"].get("service")
        assert expected == (filled if service is None else f"{service}: {filled}")


@pytest.mark.parametrize(
    ("message", "english", "japanese"),
    [
        (
            CredentialsRefused("MLflow", 401),
            "MLflow: refused our credentials (HTTP 401)",
            "MLflow: 認証情報が拒否されました（HTTP 401）",
        ),
        (
            BadResponse("MLflow", "runs.0.info", InvalidValue("missing", {})),
            "MLflow: runs.0.info: Field required",
            "MLflow: runs.0.info: 必須の項目がありません",
        ),
        (
            OutcomeUnknown(MODEL_SERVER, TimedOut(MODEL_SERVER)),
            "Model server: did not answer in time; it is not known whether this was done",
            "モデルサーバー: 時間内に応答がありませんでした。実行されたかどうかは不明です",
        ),
        (
            LastRefreshFailed(AnsweredStatus("MLflow", 503)),
            "answers, but the last refresh failed: MLflow: answered HTTP 503",
            "応答はありますが、直近の更新に失敗しました（MLflow: HTTP 503 を返しました）",
        ),
        (
            ConnectionRefused(GpuMonitor("a")),
            "GPU monitor a: refused the connection",
            "GPU モニター a: 接続を拒否しました",
        ),
        # Another program's text stays unchanged, also within a sentence of Clew.
        (
            RunFailed(Text("Non-zero status code")),
            "The policy cannot be run: Non-zero status code.",
            "方策を実行できません：Non-zero status code。",
        ),
        (NotFoundThere(Text("refused the connection")), "refused the connection", "refused the connection"),
        (Text("answered HTTP 503"), "answered HTTP 503", "answered HTTP 503"),
        (Text(""), "", ""),
    ],
)
def test_clews_texts_are_translated_and_others_are_not(message: Any, english: str, japanese: str) -> None:
    assert (str(message), translate(message)) == (english, japanese)
    # The same after a round trip through JSON, as over a socket or through a cache.
    arrived = MessageData.model_validate_json(MessageData.of(message).model_dump_json())
    assert (str(arrived), translate(arrived)) == (english, japanese)


def test_a_quoted_sentence_loses_its_full_stop_in_the_japanese_sentence() -> None:
    gone = LastRefreshFailed(Text("It is gone."))
    assert str(gone) == "answers, but the last refresh failed: It is gone."
    assert translate(gone) == "応答はありますが、直近の更新に失敗しました（It is gone）"


def test_an_english_reader_reads_english(reader: dict[str, str]) -> None:
    reader["language"] = "en"
    assert translate(AnsweredStatus("MLflow", 503)) == "MLflow: answered HTTP 503"


class _Shape(BaseModel):
    text: str = Field(min_length=1, max_length=2)
    number: int = Field(gt=0, le=9)


@pytest.mark.parametrize(
    ("given", "field", "english", "japanese"),
    [
        ({"number": 1}, "text", "Field required", "必須の項目がありません"),
        ({"text": "", "number": 1}, "text", "String should have at least 1 character", "文字列は 1 文字以上必要です"),
        ({"text": "abc", "number": 1}, "text", "String should have at most 2 characters", "文字列は 2 文字までです"),
        ({"text": "a", "number": 10}, "number", "Input should be less than or equal to 9", None),
        ({"text": "a", "number": "x"}, "number", None, None),
        ([], "body", None, None),
    ],
)
def test_validation_errors_of_pydantic_are_translated_by_their_type(
    given: Any, field: str, english: str | None, japanese: str | None
) -> None:
    with pytest.raises(ValidationError) as caught:
        _Shape.model_validate(given)
    found, misfit = misfit_of(caught.value)
    assert (found, str(misfit)) == (field, english or caught.value.errors()[0]["msg"])
    assert isinstance(misfit, InvalidValue)
    assert translate(misfit) != str(misfit)
    assert japanese in (None, translate(misfit))


def test_english_templates_of_validation_errors_equal_those_of_pydantic() -> None:
    pydantics = {error["type"]: error["message_template_python"] for error in list_all_errors()}
    for code, template in TEMPLATES.items():
        kind = code.removeprefix("invalid.")
        if kind not in pydantics:
            continue
        plural = pydantics[kind].replace("{expected_plural}", "s")
        assert template == plural


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "boom", "code": "of-another-version", "params": {}},
        {"error": "boom", "code": 7, "params": {}},
        {"error": "boom", "code": "timed-out", "params": []},
        {"error": "boom", "code": "timed-out", "params": {str(n): n for n in range(99)}},
        {"error": "boom", "code": "policy-refused", "params": {"a": 1}},
        {"error": "boom", "code": "policy-refused", "params": {"reason": {"code": "read-only", "params": None}}},
        {"error": "boom", "code": "policy-refused", "params": {"reason": {"code": "of-another-version", "params": {}}}},
        {"error": "boom", "code": "other-flavors", "params": {"kinds": [{"code": "run-not-found", "params": {}}]}},
        {"error": "boom"},
        "boom",
    ],
)
def test_a_message_with_an_unknown_code_is_text(answer: object) -> None:
    message = message_in(answer, "boom")
    assert (message.code, translate(message)) == (None, "boom")


def test_a_code_without_a_template_is_shown_as_it_is() -> None:
    assert (
        translate_json({"code": "of-another-version", "params": {"service": "MLflow"}}) == "MLflow: of-another-version"
    )


def test_two_messages_cannot_have_the_same_code() -> None:
    with pytest.raises(AssertionError, match="timed-out"):
        type("TimedOut", (Message,), {"text": "again"})


def test_values_of_any_type_are_converted_to_json() -> None:
    assert as_json({"a": [Text("b"), 1, None]}) == {"a": [{"text": "b"}, 1, None]}
    assert in_english({"code": "other-flavors", "params": {"kinds": ["a", {"code": "no-known-kind"}]}}) == (
        "It is not an ONNX model but one of a, no known kind."
    )


HOSTILE: list[Any] = [
    5,
    ["x"],
    None,
    {},
    {"code": 5},
    {"code": ["x"]},
    {"code": None, "text": 7},
    {"params": {}},
    [[{}]],
    True,
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_any_code_and_values_can_be_translated(value: Any) -> None:
    """Unknown JSON gives at worst a plain sentence, and never an exception while a failure is being reported."""
    for params in (value, {"reason": value}, {"reason": {"code": "read-only", "params": value}}, {"service": value}):
        answer = {"error": "boom", "code": "policy-refused", "params": params}
        assert translate(message_in(answer, "boom")) is not None
        assert translate_json({"code": "policy-refused", "params": params}) is not None
        assert coded(NotFoundThere(message_in(answer, "boom")), "error")["error"] is not None


def test_a_misfitting_field_may_be_called_code() -> None:
    misfit = coded(ContractMisfit({"code": Unknown()}), "error")
    assert misfit["error"] == "The request does not match the specification."
    assert misfit["params"] == {"fields": {"code": {"code": "unknown", "params": {}}}}


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(service="a", was_sent=False),
        OutcomeUnknown(MODEL_SERVER, TimedOut(MODEL_SERVER)),
        BadResponse("MLflow", "a", InvalidValue("missing", {})),
    ],
)
def test_an_error_can_be_copied_and_sent_to_another_process(error: ClewError) -> None:
    for again in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(again), str(again), again.params) == (type(error), str(error), error.params)
    assert getattr(copy.copy(error), "was_sent", True) == getattr(error, "was_sent", True)


@pytest.mark.parametrize(("limit", "expected"), [(9.5, "9.5"), (10.0, "10"), (1234567.5, "1234567.5"), (3, "3")])
def test_numbers_in_messages_are_written_in_full(limit: float, expected: str) -> None:
    assert str(InvalidValue("less_than", {"lt": limit})) == f"Input should be less than {expected}"
