"""The scripts of pages: one bundle, in the order of its imports, that browsers keep."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.edge.bundle import Bundle, BundleError, bundle
from api.edge.scripts import ENTRY
from app import ASSETS, create_app
from services.connect import connect
from settings.settings import Settings

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        mlflow_tracking_uri="http://127.0.0.1:1",  # type: ignore[arg-type]
        cache_dir=tmp_path_factory.mktemp("cache"),
        dash_requests_pathname_prefix="/clew/",
    )
    client: FlaskClient = create_app(settings, connect(settings)).server.test_client()
    return client


def make_bundle(folder: Path, **files: str) -> Bundle:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    return bundle(folder, "a.js")


def names(one: Bundle) -> list[str]:
    return [module.name for module in one.modules]


def test_scripts_are_bundled_in_the_order_of_their_imports(tmp_path: Path) -> None:
    one = make_bundle(
        tmp_path,
        a='import { c as see } from "./c.js";\nimport "./b.js";\n\nsee();\n',
        b='import { c } from "./c.js";\n\nc();\n',
        c="function own() {}\n\nexport { own as c };\nexport const more = 1;\n",
    )
    assert names(one) == ["c.js", "b.js", "a.js"]
    assert 'const { c: see } = modules["c.js"];' in one.text
    assert 'modules["c.js"] = { c: own, more: more };' in one.text
    assert "\nconst more = 1;\n" in one.text


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a": 'import "./b.js";', "b": 'import "./c.js";', "c": 'import "./b.js";'}, "b.js needs c.js needs b.js"),
        ({"a": 'import "./b.js";'}, "a.js needs b.js, which is not in"),
        ({"a": 'import { x, y } from "./b.js";', "b": "export const x = 1;"}, "a.js: b.js exports no y"),
        ({"a": 'const one = 1;\nimport * as b from "./b.js";'}, "a.js:2: no import or export"),
        ({"a": "export default 1;"}, "a.js:1: no import or export"),
    ],
)
def test_an_invalid_import_or_export_is_reported(tmp_path: Path, files: dict[str, str], why: str) -> None:
    with pytest.raises(BundleError, match=re.escape(why)):
        make_bundle(tmp_path, **files)


def test_the_source_map_leads_each_line_to_its_file() -> None:
    one = bundle(ASSETS, ENTRY)
    lines = one.text.split("\n")
    sections = json.loads(one.source_map)["sections"]
    assert [section["map"]["sources"] for section in sections] == [[module.name] for module in one.modules]
    for section in sections:
        begins, (source,) = section["offset"]["line"], section["map"]["sourcesContent"]
        written = source.splitlines()
        assert section["map"]["mappings"].count(";") == len(written) - 1
        for line, drawn in zip(written, lines[begins:], strict=False):
            assert line == drawn or line.startswith(("import ", "export ")), (section["map"]["sources"], line)


def test_a_page_references_one_script_of_clew(client: FlaskClient) -> None:
    named = re.findall(r'<script src="([^"]+)"', client.get("/").text)
    (script,) = [one for one in named if one.startswith("/clew/scripts/")]
    assert [one for one in named if "/assets/" in one and ".min.js" not in one] == []
    answer = client.get(script.removeprefix("/clew"))
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", FOR_EVER)
    last = answer.text.splitlines()[-1]
    tools = client.get("/scripts/" + last.removeprefix("//# sourceMappingURL="))
    assert (tools.json["version"], tools.headers["Cache-Control"]) == (3, FOR_EVER)


def test_a_script_of_another_version_is_answered_with_the_current_one_uncached(client: FlaskClient) -> None:
    answer = client.get("/scripts/clew.0123456789abcdef.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert "sourceMappingURL" in answer.text
    assert client.get("/scripts/other.js").status_code == 404
    assert client.get("/scripts/clew.css").status_code == 404
