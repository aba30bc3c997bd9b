"""The dashboards hold what the guide asks for, and Prometheus understands every panel."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service_config import compose, dashboards, grafana, recording_rules
from service_config.grafana import Dashboard
from tests.service_config.tools import required

every_dashboard = pytest.mark.parametrize(
    "dashboard", dashboards.ALL, ids=lambda dashboard: dashboard.title
)


def panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    return json.loads(grafana.dashboard_text(dashboard))["panels"]


def test_there_are_the_four_dashboards() -> None:
    assert [each.title for each in dashboards.ALL] == ["Messaging", "Servers", "Database", "Cache"]


def test_the_guide_s_panel_is_the_first() -> None:
    panel = panels(dashboards.MESSAGING)[0]
    assert panel["title"] == "Request Rate"
    assert [(query["expr"], query["legendFormat"]) for query in panel["targets"]] == [
        ("rate(http_requests_total[5m])", "{{method}} {{path}}")
    ]


@every_dashboard
def test_prometheus_understands_every_panel(dashboard: Dashboard, tmp_path: Path) -> None:
    promtool = required("promtool", "prometheus")
    expressions = [query["expr"] for panel in panels(dashboard) for query in panel["targets"]]
    rules = [{"record": f"panel:{i}", "expr": text} for i, text in enumerate(expressions)]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    result = subprocess.run(
        [promtool, "check", "rules", path], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert f"SUCCESS: {len(expressions)} rules found" in result.stdout


@every_dashboard
def test_a_panel_shows_only_recorded_series_that_are_recorded(dashboard: Dashboard) -> None:
    recorded = {each.name for each in recording_rules.records()}
    for panel in dashboard.panels:
        assert {text for text in panel.queries if ":" in text and "(" not in text} <= recorded


@every_dashboard
def test_panels_ask_the_prometheus_that_is_provisioned(dashboard: Dashboard) -> None:
    (source,) = yaml.safe_load(compose.grafana_data_source())["datasources"]
    for panel in panels(dashboard):
        assert panel["datasource"] == {"type": source["type"], "uid": source["uid"]}


@every_dashboard
def test_panels_have_titles_of_their_own_and_do_not_overlap(dashboard: Dashboard) -> None:
    shown = panels(dashboard)
    assert len({panel["title"] for panel in shown}) == len(shown)
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in shown}
    assert len(places) == len(shown)


def test_grafana_loads_the_folder_that_the_container_has() -> None:
    (provider,) = yaml.safe_load(grafana.provider())["providers"]
    text = compose.operations(image="ops:1", environment={}, exporters={}, metrics_gib=80)
    mounts = yaml.safe_load(text)["services"]["grafana"]["volumes"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in mounts
