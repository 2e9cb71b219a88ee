"""Short addresses: any query comes back byte for byte, on every host, for ever; a damaged one is reported."""

import base64
import threading
import zlib
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors.views.records import AddressDamaged, AddressTooLong, ShortAddressUnknown
from domain.views.addresses import MAX_CHARACTERS, NO_PART_OF_A_VIEW, hash_of, normalised, parsed, with_own
from mlflow_api.views import ADDRESSES
from services.sharing.atomic_file import put
from tests.misbehaving import HANG, Misbehaving, eventually
from tests.tracking import Tracking
from tests.views.conftest import Host, forget, host_on

NAMES = st.sampled_from(["runs", "axis", "filter[param:lr]", "日本", "a b", "v", "view", "lang", "embed", "%"])
QUERIES = st.lists(st.tuples(NAMES | st.text(max_size=5), st.text(max_size=20)), max_size=8).map(urlencode)


@given(QUERIES | st.text(max_size=60))
@example("")
@example("&&a&=b&a=1=2&v&view=&lang")
@example("runs=a,b&filter%5Bparam%3Alr%5D=%3E%3D%200.1&x=%ff%00&column=param:a,b&column=param:%26")
def test_a_normalised_query_drops_only_parameters_that_are_no_part_of_a_view(query: str) -> None:
    kept = normalised(query)
    assert normalised(kept) == kept
    before, after = parse_qs(query.removeprefix("?"), keep_blank_values=True), parse_qs(kept, keep_blank_values=True)
    assert after == {name: values for name, values in before.items() if name not in NO_PART_OF_A_VIEW}
    assert [part for part in query.removeprefix("?").split("&") if part in kept.split("&") and part] == (
        kept.split("&") if kept else []
    )


@given(QUERIES, st.dictionaries(st.text(min_size=1, max_size=3), st.text(max_size=5), max_size=3))
def test_own_parameters_of_an_address_replace_those_of_its_short_form(query: str, own: dict[str, str]) -> None:
    assert parsed(with_own(query, own)) == parsed(query) | own


@settings(max_examples=25)
@given(QUERIES | st.text(st.characters(codec="utf-8"), max_size=300))
@example("runs=" + ",".join(f"{number:032x}" for number in range(1000)))
@example("\x00\x01&名前=🏃%F0%9F")
def test_any_shortened_query_is_expanded_on_another_host(host: Host, other_host: Host, query: str) -> None:
    key = host.views.addresses.keep(query)
    assert other_host.views.addresses.expand(key) == normalised(query)
    assert other_host.views.addresses.keep("?" + query + "&lang=ja") == key


def versions(tracking: Tracking) -> list[dict[str, str]]:
    """Returns the tags that MLflow holds."""
    where = f"name='{ADDRESSES}' and tags.`mlflow.prompt.is_prompt`='true'"
    address = f"{tracking.address}/api/2.0/mlflow/model-versions/search"
    found = requests.get(address, params={"filter": where}, timeout=20).json().get("model_versions", [])
    return [{tag["key"]: tag["value"] for tag in one["tags"]} for one in found]


def test_the_same_query_is_stored_once(host: Host, other_host: Host, without_views: Tracking) -> None:
    for each in (host, other_host, host):
        each.views.addresses.keep("runs=a&axis=step")
    assert len(versions(without_views)) == 1


def test_two_hosts_can_store_the_first_short_address_at_once(host: Host, other_host: Host) -> None:
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: keys.append(each.views.addresses.keep("runs=a")))
        for each in (host, other_host)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == [hash_of("runs=a")] * 2
    assert host.views.addresses.expand(keys[0]) == "runs=a"


def test_a_short_address_that_was_read_once_is_expanded_without_mlflow(
    host: Host, misbehaving: Misbehaving, without_views: Tracking, tmp_path: Path
) -> None:
    key = host.views.addresses.keep("runs=a")
    folder = tmp_path / "cache"
    assert host_on(misbehaving.address, folder).views.addresses.expand(key) == "runs=a"
    misbehaving.answer = HANG
    assert host_on(misbehaving.address, folder).views.addresses.expand(key) == "runs=a"  # another worker
    forget(without_views)
    assert host.views.addresses.expand(key) == "runs=a"


@pytest.mark.parametrize("key", ["", "0" * 31, "0" * 33, "Z" * 32, "../../../etc/passwd", "'; drop", "0" * 32])
def test_an_unknown_short_address_is_reported(host: Host, key: str) -> None:
    with pytest.raises(ShortAddressUnknown):
        host.views.addresses.expand(key)


@pytest.mark.parametrize(
    "part",
    [
        "no base64!",
        base64.b64encode(b"no zlib").decode(),
        base64.b64encode(zlib.compress(b"another=query")).decode(),
        base64.b64encode(zlib.compress(b"\xff\xfe")).decode(),
        base64.b64encode(zlib.compress(b"\0" * 10**8)).decode(),
    ],
    ids=["no-base64", "no-zlib", "another", "no-text", "bomb"],
)
def test_a_damaged_tag_is_never_taken_for_the_address(
    host: Host, other_host: Host, without_views: Tracking, part: str
) -> None:
    host.views.addresses.keep("any=one")  # so that there is a registered model
    key = hash_of("runs=a")
    tags = {"clew.address": key, "mlflow.prompt.is_prompt": "true", "clew.part.000": part[:5000]}
    body = {"name": ADDRESSES, "source": "prompt-template", "tags": [{"key": k, "value": v} for k, v in tags.items()]}
    without_views.post("model-versions/create", body)
    with pytest.raises(AddressDamaged):
        other_host.views.addresses.expand(key)
    # Saving the same short form again repairs it.
    assert host.views.addresses.keep("runs=a") == key
    assert other_host.views.addresses.expand(key) == "runs=a"


def test_a_damaged_file_of_the_cache_is_refetched(host: Host, without_views: Tracking, tmp_path: Path) -> None:
    key = host.views.addresses.keep("runs=a")
    [file] = (tmp_path / "host").rglob(f"{key}.query")
    for content in (b"", b"runs=b", b"\xff", b"x" * 2**20):
        put(file, content)
        assert host_on(without_views.address, tmp_path / "host").views.addresses.expand(key) == "runs=a"
        eventually(lambda: file.read_bytes() == b"runs=a")


def test_an_address_too_long_is_refused(host: Host) -> None:
    with pytest.raises(AddressTooLong):
        host.views.addresses.keep("a" * (MAX_CHARACTERS + 1))
