import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from scripts.commands import incident
from scripts.drill import servers
from scripts.exit_codes import ExitCode
from scripts.failover import rds
from scripts.failover.inventory import Clients, Instance
from scripts.failover.rds import RdsPlan, RdsRequest, Way
from scripts.settings import OpsSettings
from tests.scripts.failover.conftest import Pair, is_primary
from tests.scripts.failover.test_command import environment
from tests.services.cloud import Cloud
from tests.services.docker import Project
from tests.services.webhook import webhook

ROOT = Path(__file__).parents[3]

INSTANCES = ("primary", "replica")


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
    assert incident.scale_up(account.settings(), print).endswith("2 healthy servers instead of 1.")


def test_slack_that_is_down_is_said_and_an_unknown_kind_then_fails(tmp_path: Path) -> None:
    ran = ops(tmp_path, "disk_full", SLACK_WEBHOOK="http://127.0.0.1:1/secret-word")

    assert ran.returncode == ExitCode.FAILED
    assert "! Slack could not be told: no answer" in ran.stderr
    assert "secret-word" not in ran.stdout + ran.stderr
    assert (tmp_path / "incidents.log").read_text().endswith(" - Incident: disk_full\n")


def test_database_down_fails_over_in_this_process(pair: Pair) -> None:
    ran = ops(pair.env_file.parent, "database_down", "--json", **environment(pair))

    assert ran.returncode == ExitCode.OK, ran.stderr
    told = json.loads(ran.stdout)
    assert told["outcome"] == "done"
    assert told["detail"] == f"127.0.0.1:{pair.standby.port} is the primary now."
    assert is_primary(pair.standby)
    assert pair.moved() == 1
    metrics = (pair.folder / "metrics" / "ops_failover.prom").read_text(encoding="utf-8")
    assert "messaging_failover_lost_bytes 0\n" in metrics


def test_a_database_that_was_switched_already_is_as_good(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pair.env_file.parent)
    settings = OpsSettings.model_validate(
        {name.lower(): value for name, value in environment(pair).items()}
    )
    incident.fail_over(settings, print)

    told = incident.fail_over(settings, print)

    assert told == (
        f"127.0.0.1:{pair.standby.port} was the primary already, and nothing was left to do."
    )


def test_a_failover_that_is_refused_says_why_and_the_incident_failed(pair: Pair) -> None:
    servers.kill(pair.primary)

    ran = ops(pair.env_file.parent, "database_down", "--json", **environment(pair))

    assert ran.returncode == ExitCode.FAILED
    told = json.loads(ran.stdout)
    assert told["outcome"] == "failed"
    assert "so it may still take writes" in told["detail"]
    assert not is_primary(pair.standby)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (Way.REBOOT, "primary is the primary now."),
        (Way.PROMOTE, "replica is the primary now."),
        (Way.NOTHING, "primary was the primary already, and nothing was left to do."),
    ],
)
def test_on_rds_it_tells_who_the_primary_is(
    way: Way, told: str, monkeypatch: pytest.MonkeyPatch, account: Cloud
) -> None:
    asked: list[RdsRequest] = []

    def done(_clients: Clients, request: RdsRequest, *_others: object) -> RdsPlan:
        asked.append(request)
        primary, replica = (Instance(name=name, status="available") for name in INSTANCES)
        return RdsPlan(zone="zone", primary=primary, replica=replica, way=way)

    monkeypatch.setattr(rds, "fail_over", done)
    settings = account.settings(
        database_platform="rds",
        database_url=SecretStr("postgresql://app:secret@postgres.internal/messaging"),
        database_replica_url=SecretStr("postgresql://app:secret@replica.internal/messaging"),
    )

    assert incident.fail_over(settings, print) == told
    [request] = asked
    assert (request.host, request.replica_host) == ("postgres.internal", "replica.internal")
    # A loss is accepted by people alone.
    assert not request.accept_unknown_loss and not request.fenced_by_me and not request.promote
