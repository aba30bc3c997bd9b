import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.commands import incident
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.services.cloud import Cloud
from tests.services.docker import Project
from tests.services.webhook import webhook

ROOT = Path(__file__).parents[3]


def ops(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts", "incident", *arguments],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "INCIDENT_LOG": str(folder / "incidents.log"),
            "STATE_DIRECTORY": str(folder / "state"),
            **variables,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_high_error_rate_adds_an_api_container(
    compose_project: Project, running_docker: str, tmp_path: Path
) -> None:
    with webhook() as slack:
        ran = ops(
            tmp_path,
            "high_error_rate",
            "--json",
            COMPOSE_FILE=str(compose_project.file),
            DOCKER_HOST=running_docker,
            SLACK_WEBHOOK=slack.url,
        )

    assert ran.returncode == ExitCode.OK, ran.stderr
    told = json.loads(ran.stdout)
    assert told["detail"] == "api has 2 healthy containers instead of 1."
    assert len(compose_project.host.containers("api")) == 2
    assert slack.posted[0] == {"text": "Incident in local: high_error_rate"}
    assert "secret-word" not in ran.stdout + ran.stderr


def test_high_error_rate_adds_an_api_server(account: Cloud) -> None:
    account.add_group("api", servers=1, most=2)
    assert incident.scale_up(account.settings()).endswith("2 healthy servers instead of 1.")


def test_slack_that_is_down_is_said_and_an_unknown_kind_then_fails(tmp_path: Path) -> None:
    ran = ops(tmp_path, "disk_full", SLACK_WEBHOOK="http://127.0.0.1:1/secret-word")

    assert ran.returncode == ExitCode.FAILED
    assert "! Slack could not be told: no answer" in ran.stderr
    assert "secret-word" not in ran.stdout + ran.stderr
    assert (tmp_path / "incidents.log").read_text().endswith(" - Incident: disk_full\n")


def test_failover_that_ends_badly_is_told_with_what_it_said() -> None:
    with pytest.raises(OpsError, match=r"ops failover ended with \d+: ."):
        incident.fail_over("no-such-stack")
