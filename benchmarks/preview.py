"""How long a preview of production takes, against the bare engine and against its own size."""

import statistics
from pathlib import Path
from typing import Any

import yaml

from benchmarks.engine import Engine, Timed
from offline.workspace import ROOT

ROUNDS = 5
"""Each round measures every case once, so that a slow minute of the machine hits all of them."""

GROUPS = (2, 10, 100)
"""Server groups; production has two."""


def against_floor(engine: Engine) -> list[dict[str, Any]]:
    """Production with and without policies, against a program that only registers as much.

    The second case shows what importing the AWS SDK alone costs.
    """
    prod = engine.workspace.config_file
    resources = engine.preview_platform(prod, policies=False).resources
    cases = {
        "bare engine, same number of resources": lambda: engine.preview_floor(resources),
        "bare engine, importing what prod imports": lambda: engine.preview_floor(
            resources, import_platform=True
        ),
        "prod, no policies": lambda: engine.preview_platform(prod, policies=False),
        "prod with the policy pack": lambda: engine.preview_platform(prod, policies=True),
    }
    times: dict[str, list[Timed]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, measure in cases.items():
            times[name].append(measure())
    floor = _median(times["bare engine, same number of resources"])
    return [
        {
            "case": name,
            "resources": measured[0].resources,
            "median_seconds": round(_median(measured), 2),
            "ratio_to_floor": round(_median(measured) / floor, 2),
        }
        for name, measured in times.items()
    ]


def growth(engine: Engine) -> list[dict[str, Any]]:
    """Production with more and more server groups, with the policy pack.

    `growth_ratio` is how much longer than production it takes, divided by how many times its
    resources there are: 1 or less is linear growth or better.
    """
    rows: list[dict[str, Any]] = []
    for groups in GROUPS:
        stack_file = _with_groups(engine, groups - GROUPS[0])
        runs = [engine.preview_platform(stack_file, policies=True) for _ in range(ROUNDS - 2)]
        seconds, resources = _median(runs), runs[0].resources
        base = rows[0] if rows else {"median_seconds": seconds, "resources": resources}
        slower, larger = seconds / base["median_seconds"], resources / base["resources"]
        rows.append(
            {
                "server_groups": groups,
                "resources": resources,
                "median_seconds": round(seconds, 2),
                "times_the_resources": round(larger, 2),
                "times_the_seconds": round(slower, 2),
                "growth_ratio": round(slower / larger, 2),
            }
        )
    return rows


def _with_groups(engine: Engine, groups: int) -> Path:
    """Production's stack file with so many more api server groups."""
    document = yaml.safe_load(engine.workspace.config_file.read_text())
    source = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    servers = source["config"]["messaging-app:settings"]["servers"]
    for number in range(groups):
        servers[f"g{number}"] = servers["api"] | {"path_patterns": [f"/g{number}/*"]}
    document["config"]["messaging-app:settings"]["servers"] = servers
    stack_file = engine.workspace.folder / f"Pulumi.{groups}-groups.yaml"
    stack_file.write_text(yaml.safe_dump(document))
    return stack_file


def _median(measured: list[Timed]) -> float:
    return statistics.median(timed.seconds for timed in measured)
