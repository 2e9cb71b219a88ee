"""Clew below /clew/ of a site on https, through the shipped nginx.conf; in a real browser, and for programs."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from selenium import webdriver

from tests.browser.conftest import pytest_setup_options
from tests.browser.page import Page
from tests.deploy.conftest import Site
from tests.deploy.hosting import NAME
from tests.site_pages import unvisited

PAGES = {
    "/": "22 %",  # the best of all runs may be another test's
    "/mlflow": "behind-nginx",
    "/mlflow?runs={run}": "behind-nginx",
    "/mlflow/runs/{run}": "behind-nginx",
    "/mlflow/trash": "thrown-away",
    "/models": "PPO",
    "/models/{model}": "PPO",
    "/inference?model={model}&speed=10": "goal reached",
    "/gpu": "11 %",
    "/gpu/history": "From the GPU monitors",
    "/training": "sleeper",
    "/training/{training}": "connected",
    "/alerts": "Nothing is muted.",
}


@pytest.fixture(scope="module")
def driver(site: Site) -> Iterator[webdriver.Chrome]:
    """Starts a Chromium that records its requests, and accepts a self-signed certificate."""
    options = pytest_setup_options()
    options.add_argument("--headless")
    options.add_argument(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    options.set_capability("acceptInsecureCerts", True)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options)
    yield driver
    driver.quit()


@pytest.fixture
def page(driver: webdriver.Chrome, site: Site) -> Iterator[Page]:
    """Opens that browser below /clew; the test fails if the console has an error at its end, such as a CSP
    violation."""
    page = Page(driver, f"{site.nginx.origin}/clew")
    driver.get_log("performance")
    yield page
    assert page.console_errors() == []


def test_no_page_is_left_out() -> None:
    assert unvisited(PAGES) == set()


@pytest.mark.parametrize(("path", "shown"), PAGES.items())
def test_a_page_has_its_data_and_sends_requests_to_clew_alone(page: Page, site: Site, path: str, shown: str) -> None:
    page.open(path.format(run=site.run, model=site.team.ppo, training=site.training))
    if path.startswith("/inference"):
        page.wait(lambda: page.text("#walk-badge-a") == "connected")
        page.click("#inference-play")
    page.wait_for_text(shown, "#main")
    links = page.script("return [...document.querySelectorAll('a[href]')].map(a => a.href)")
    ours = [link for link in links if urlsplit(link).hostname == NAME]
    assert len(ours) >= 5
    assert all(link.startswith(f"{site.nginx.origin}/clew/") for link in ours)
    assert {urlsplit(link).netloc for link in links} <= {site.nginx.host, "mlflow.example.com"}
    if path == "/gpu":
        page.wait(lambda: [page.text(f"#gpu-badge-{host}") for host in (0, 1)] == ["connected"] * 2)
        page.wait_for_text("22 %", "#gpus-cards")
    addresses = requested(page)
    assert any("/clew/assets/plotly-basic" in address for address in addresses)
    assert any("/clew/_dash-update-component" in address for address in addresses)
    if path in ("/", "/gpu"):
        assert {f"wss://{site.nginx.host}/clew/ws/gpu/{name}" for name in site.monitors} <= addresses
    if path.startswith("/inference"):
        assert f"wss://{site.nginx.host}/clew/ws/inference" in addresses
    if path == "/training/{training}":
        assert f"wss://{site.nginx.host}/clew/ws/training/{site.training}" in addresses
    assert {address for address in addresses if not is_clews(address, site)} == set()


def requested(page: Page) -> set[str]:
    """Returns all addresses that the browser requested since the last call, including sockets, without their
    queries."""
    events = [json.loads(entry["message"])["message"] for entry in page.driver.get_log("performance")]
    found = set()
    for event in events:
        if event["method"] == "Network.requestWillBeSent":
            found.add(event["params"]["request"]["url"])
        elif event["method"] == "Network.webSocketCreated":
            found.add(event["params"]["url"])
    return {address.partition("?")[0] for address in found}


def is_clews(address: str, site: Site) -> bool:
    parts = urlsplit(address)
    if parts.scheme in ("data", "blob"):  # no request to a server
        return True
    return parts.scheme in ("https", "wss") and parts.netloc == site.nginx.host and parts.path.startswith("/clew/")


def test_following_a_link_keeps_the_path_prefix(page: Page, site: Site) -> None:
    page.open("/?lang=ja")
    page.click("header a[href^='/clew/models']")
    page.wait_for_text("PPO", "#main")
    assert page.driver.current_url == f"{site.nginx.origin}/clew/models?lang=ja"


# Returns what a Clew with this INFERENCE_UI_URL answers to Try it, whose button is pressed then.
TRIED = """
    const answer = { outcome: "done", sentence: "Model 1 is active now.", go: arguments[0], undo: null };
    const { fetch } = window;  // for the other requests of the page
    window.fetch = async (...parameters) => (String(parameters[0]).includes("/changes") ? new Response(JSON.stringify(answer)) : fetch(...parameters));
    const button = document.createElement("button");
    Object.assign(button.dataset, { change: "try", model: "1" });
    document.body.append(button);
    button.click();
"""


@pytest.mark.parametrize("way", ["INFERENCE_UI_URL", "a link"])
def test_other_sites_of_the_same_host_open_outside_of_clew(page: Page, site: Site, way: str) -> None:
    page.expected_errors = ("404",)  # nginx's own: this site has nothing there
    elsewhere = f"{site.nginx.origin}/play/"
    page.open("/models")
    page.wait_for_text("PPO", "#main")
    if way == "a link":
        page.script("document.body.insertAdjacentHTML('afterbegin', `<a id=beside href='${arguments[0]}'>`)", "/play/")
        page.script("document.getElementById('beside').click()")
    else:
        page.script(TRIED, elsewhere)
    page.wait(lambda: "nginx" in page.text())
    assert page.driver.current_url == elsewhere


def test_programs_get_the_same_responses_through_nginx(site: Site) -> None:
    rows = site.nginx.ask("GET", "/clew/api/models")
    assert {row["id"] for row in rows.json()} == {site.team.ppo, site.team.dqn}
    asset = "/assets/plotly-basic-4.1.1.min.js?m=1"
    through, direct = site.nginx.ask("GET", f"/clew{asset}"), requests.get(site.dashboard.address + asset, timeout=60)
    assert through.content == direct.content
    for name in ("Cache-Control", "Content-Encoding", "ETag", "X-Content-Type-Options"):
        assert through.headers.get(name) == direct.headers.get(name)
    page = site.nginx.ask("GET", "/clew/gpu")
    assert f"wss://{site.nginx.host}" in page.headers["Content-Security-Policy"]


def test_other_addresses_redirect_to_clew_or_are_not_found(site: Site) -> None:
    plain = requests.get(
        f"http://127.0.0.1:{site.nginx.http}/clew/?lang=ja", headers={"Host": NAME}, timeout=60, allow_redirects=False
    )
    assert plain.headers["Location"] == f"https://{NAME}/clew/?lang=ja"
    assert site.nginx.ask("GET", "/clew?lang=ja").headers["Location"] == "/clew/?lang=ja"
    for nowhere in (
        "/",
        "/clewx",
        "/clew/ws/gpu/trainer-9",
        "/clew/ws/gpu",
        "/clew/ws/metrics",
        "/clew/ws/training/",
        "/ws/gpu/trainer-1",
    ):
        assert site.nginx.ask("GET", nowhere).status_code == 404, nowhere


def test_a_long_comparison_goes_through_and_comes_back_as_the_referer(site: Site) -> None:
    address = f"/clew/mlflow?runs={','.join(['a' * 32] * 1_000)}"
    assert site.nginx.ask("GET", address).status_code == 200
    headers = {"Referer": site.nginx.origin + address, "Content-Type": "application/json"}
    answer = site.nginx.ask("POST", "/clew/_dash-update-component", headers=headers, data=b" " * 2_000_000)
    assert (answer.status_code, answer.json()["error"]) == (400, "This is not a call from a page of Clew.")


def test_a_client_cannot_name_itself(site: Site) -> None:
    forged = {"X-Forwarded-User": "mallory", "Authorization": "Basic bWFsbG9yeTp4", "Origin": site.nginx.origin}
    activation = "/api/models/active", {"model_id": site.team.ppo}
    site.team.activate(site.team.dqn)
    answer = site.nginx.ask("POST", f"/clew{activation[0]}", headers=forged, json=activation[1])
    assert answer.status_code == 200, answer.text
    site.team.activate(site.team.dqn)
    # From loopback, as a proxy would: so it is nginx that removed the name before.
    direct = requests.post(
        site.dashboard.address + activation[0],
        headers=forged | {"Origin": site.dashboard.address},
        json=activation[1],
        timeout=60,
    )
    assert direct.status_code == 200, direct.text
    history = site.nginx.ask("GET", "/clew/api/models/history").json()
    assert [one["by"] for one in history] == ["mallory", None]
    foreign = {"Origin": "https://evil.example"}
    refused = site.nginx.ask("POST", f"/clew{activation[0]}", headers=foreign, json=activation[1])
    assert refused.status_code == 403


def test_gunicorn_ignores_path_headers_of_clients(site: Site) -> None:
    answer = requests.get(
        f"{site.dashboard.address}/health", headers={"SCRIPT_NAME": "/x", "PATH_INFO": "/gpu"}, timeout=60
    )
    assert answer.json() == {"status": "healthy"}
