"""The browser's address of a run in MLflow's own pages."""

import pytest

from settings.browser_urls import browser_url_warnings, mlflow_run_page
from settings.settings import Settings


@pytest.mark.parametrize(
    ("settings", "scheme", "host", "page"),
    [
        ({}, "http", "127.0.0.1:8050", "http://127.0.0.1:5050/#/experiments/1/runs/a"),
        ({}, "http", "clew.example", "http://clew.example:5050/#/experiments/1/runs/a"),
        ({}, "http", "[::1]:8050", "http://[::1]:5050/#/experiments/1/runs/a"),
        ({}, "https", "clew.example", None),
        (
            {"mlflow_url": "https://ml.example/mlflow/"},
            "https",
            "x",
            "https://ml.example/mlflow/#/experiments/1/runs/a",
        ),
        (
            {"mlflow_tracking_uri": "https://bob:s3cret@ml.example"},
            "https",
            "x",
            "https://ml.example/#/experiments/1/runs/a",
        ),
    ],
)
def test_the_address_of_a_run_in_mlflows_pages(
    settings: dict[str, str], scheme: str, host: str, page: str | None
) -> None:
    values = Settings(_env_file=None, **settings)  # type: ignore[call-arg,arg-type]
    assert mlflow_run_page(values, scheme, host, "1", "a") == page


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, []),
        ({"mlflow_url": "https://ml.example", "mlflow_tracking_uri": "https://bob:s3cret@ml.example"}, []),
        ({"mlflow_url": "https://bob:s3cret@ml.example"}, ["MLFLOW_URL"]),
        (
            {"inference_ui_url": "https://bob@ui.example", "mlflow_url": "https://b:c@d"},
            ["MLFLOW_URL", "INFERENCE_UI_URL"],
        ),
    ],
)
def test_a_start_logs_the_browsers_address_without_its_password(settings: dict[str, str], named: list[str]) -> None:
    warnings = browser_url_warnings(Settings(_env_file=None, **settings))  # type: ignore[call-arg,arg-type]
    assert [warning.split()[0] for warning in warnings] == named
    assert "s3cret" not in "".join(warnings)
