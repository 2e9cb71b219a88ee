"""Behind an nginx that requires a login, as docs/deploy/nginx.conf describes: people are named, programs write."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
import requests

from tests.deploy.hosting import Dashboard, Nginx
from tests.gpus.monitor import free_port
from tests.inference.conftest import Team
from tests.tracking import Tracking

TOKEN, SECRET = "a-long-enough-token", "what-the-proxy-knows"
KIM = ("kim", "pw")
USER = 'proxy_set_header X-Forwarded-User "";\n    # Any program'


class Site(NamedTuple):
    nginx: Nginx
    dashboard: Dashboard
    team: Team


@pytest.fixture(scope="module", params=["by its address", "by a secret"])
def site(
    request: pytest.FixtureRequest, tracking: Tracking, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Runs nginx with a login, which Clew trusts by its address, or by a shared secret."""
    folder, clew, team = tmp_path_factory.mktemp("site"), free_port(), Team(tracking)
    is_secret = request.param == "by a secret"
    environment = {
        "CACHE_DIR": str(folder / "cache"),
        "DASH_REQUESTS_PATHNAME_PREFIX": "/clew/",
        "MLFLOW_TRACKING_URI": tracking.address,
        "MODEL_NAME": team.registry.name,
        "TRUSTED_HOSTS": "clew.example.com",
        "TRUSTED_USER_HEADER": "X-Forwarded-User",
        "API_TOKEN": TOKEN,
        "TRUSTED_PROXY_SECRET": SECRET if is_secret else "",
    }
    passwords = folder / "clew.htpasswd"
    passwords.write_text(f"{KIM[0]}:{{PLAIN}}{KIM[1]}\n")
    login = f'auth_basic "Clew"; auth_basic_user_file {passwords}; proxy_set_header X-Forwarded-User $remote_user;\n # Any program'
    changes = {USER: login} | ({'X-Clew-Proxy-Secret ""': f'X-Clew-Proxy-Secret "{SECRET}"'} if is_secret else {})
    dashboard = Dashboard(folder, clew, environment)
    gpus = {"trainer-1": 1, "trainer-2": 1}
    nginx = Nginx(folder, https=free_port(), http=free_port(), clew=clew, inference=1, gpus=gpus, changes=changes)
    dashboard.wait()
    yield Site(nginx, dashboard, team)
    for part in (nginx, dashboard):
        part.end()


def activate(site: Site, model_id: str, **more: object) -> requests.Response:
    return site.nginx.ask("POST", "/clew/api/models/active", json={"model_id": model_id}, **more)


def test_a_program_behind_the_login_needs_the_token_to_write(site: Site) -> None:
    site.team.activate(site.team.dqn)
    assert activate(site, site.team.ppo).status_code == 401  # nginx's own
    assert activate(site, site.team.ppo, auth=KIM).json()["code"] == "token-needed"
    assert activate(site, site.team.ppo, auth=KIM, headers={"X-Clew-Token": f"{TOKEN}x"}).status_code == 401
    done = activate(site, site.team.ppo, auth=KIM, headers={"X-Clew-Token": TOKEN})
    assert done.status_code == 200, done.text
    assert site.nginx.ask("GET", "/clew/api/models/history", auth=KIM).json()[0]["by"] == "kim"


def test_a_client_that_bypasses_the_proxy_cannot_name_itself_without_the_secret(
    site: Site, request: pytest.FixtureRequest
) -> None:
    site.team.activate(site.team.dqn)
    done = requests.post(
        f"{site.dashboard.address}/api/models/active",
        json={"model_id": site.team.ppo},
        headers={"X-Forwarded-User": "mallory", "X-Clew-Token": TOKEN},
        timeout=60,
    )
    assert done.status_code == 200, done.text
    by = requests.get(f"{site.dashboard.address}/api/models/history", timeout=60).json()[0]["by"]
    assert by == {"by a secret": None, "by its address": "mallory"}[request.node.callspec.params["site"]]


def test_no_response_contains_the_proxy_secret(site: Site) -> None:
    for path in ("/clew/", "/clew/_dash-layout", "/clew/api/health", "/clew/api/nothing"):
        answer = site.nginx.ask("GET", path, auth=KIM)
        assert SECRET not in answer.text + str(answer.headers)


def test_a_name_added_by_the_browser_is_ignored(site: Site) -> None:
    site.team.activate(site.team.dqn)
    headers = {"X-Clew-Token": TOKEN, "X-Forwarded-User": "mallory", "X-Clew-Proxy-Secret": "guessed-it-wrong"}
    assert activate(site, site.team.ppo, auth=KIM, headers=headers).status_code == 200
    assert site.nginx.ask("GET", "/clew/api/models/history", auth=KIM).json()[0]["by"] == "kim"
