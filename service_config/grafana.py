"""Grafana: dashboards as code, and the files that make it load them (guide, "Dashboards")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from service_config.compose import DATA_SOURCE
from service_config.yaml_text import yaml_text

DASHBOARDS_PATH = "/etc/grafana/dashboards"
"""Where the container of Grafana sees the dashboards."""

HEIGHT = 8
WIDTH = 12
"""Of a panel; Grafana's page is 24 wide."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One graph: `queries` maps each expression to the legend of its lines."""

    title: str
    unit: str
    """In Grafana's words: `reqps`, `s`, `percentunit`, `bytes`, `short` …"""
    queries: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A page of graphs."""

    title: str
    panels: Sequence[Panel]

    @property
    def identifier(self) -> str:
        """What stays when the title changes: part of the page's address."""
        return self.title.lower()


def dashboard_text(content: Dashboard) -> str:
    """Return the dashboard as JSON, as Grafana provisions it."""
    page = (
        dashboard.Dashboard(content.title)
        .uid(content.identifier)
        .tags(["messaging-app"])
        .refresh("1m")
        .time("now-6h", "now")
        .timezone("utc")
        .readonly()
    )
    for panel in content.panels:
        page = page.with_panel(_graph(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(page.build()) + "\n"


def provider() -> str:
    """Return the file that makes Grafana load, and reload, every dashboard of the folder."""
    folder = {
        "name": "messaging-app",
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": 60,
        "options": {"path": DASHBOARDS_PATH},
    }
    return yaml_text({"apiVersion": 1, "providers": [folder]})


def _graph(panel: Panel) -> timeseries.Panel:
    graph = (
        timeseries.Panel()
        .title(panel.title)
        .unit(panel.unit)
        .height(HEIGHT)
        .span(WIDTH)
        .datasource(DataSourceRef(type_val="prometheus", uid=DATA_SOURCE))
    )
    for number, (expression, legend) in enumerate(panel.queries.items()):
        query = prometheus.Dataquery().expr(expression).legend_format(legend)
        graph = graph.with_target(query.ref_id(chr(ord("A") + number)))
    return graph
