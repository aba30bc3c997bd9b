import json
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts import services
from scripts.cli import app
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services import ScaleUp
from scripts.services.server_groups import ServerGroups
from scripts.settings import OpsSettings
from tests.services.cloud import Cloud
from tests.services.object_store import REGION


@pytest.fixture
def groups(account: Cloud) -> ServerGroups:
    account.add_group("api", servers=2, most=3)
    account.add_group("websocket", servers=1, most=2)
    return ServerGroups(environment=account.environment, aws=account.clients())


def test_status_has_a_row_for_each_server(groups: ServerGroups) -> None:
    rows = groups.status()

    assert [row["service"] for row in rows] == ["api", "api", "websocket"]
    assert {(row["state"], row["health"]) for row in rows} == {("InService", "healthy")}
    assert rows[0]["group"] == "2 of 2 to 3"


def test_a_server_that_the_load_balancer_does_not_use_is_shown(groups: ServerGroups) -> None:
    stopped = groups.group("api").servers[0].id
    groups.aws.ec2.stop_instances(InstanceIds=[stopped])

    health = {row["name"]: row["health"] for row in groups.status()}

    assert health[stopped] == "unused"


def test_groups_of_another_environment_are_not_touched(account: Cloud) -> None:
    account.add_group("api", servers=1, most=1)

    with pytest.raises(OpsError) as raised:
        ServerGroups(environment="prod", aws=account.clients()).status()

    assert raised.value.code == ExitCode.NOT_FOUND
    assert str(raised.value) == (
        "There are no Auto Scaling groups of environment prod in eu-central-1: look at ENVIRONMENT "
        "and AWS_REGION, or name the stack with --stack."
    )


def test_scaling_up_raises_what_is_wanted_and_waits_for_it(groups: ServerGroups) -> None:
    told = groups.scale_up(ScaleUp(service="api", by=1, seconds=60), print)

    assert (
        told
        == f"messaging-app-{groups.environment}-api-servers has 3 healthy servers instead of 2."
    )
    assert len(groups.group("api").servers) == 3
    assert len(groups.group("websocket").servers) == 1


def test_scaling_up_beyond_the_maximum_is_refused_and_nothing_changes(groups: ServerGroups) -> None:
    with pytest.raises(OpsError) as raised:
        groups.scale_up(ScaleUp(service="api", by=2, seconds=60), print)

    assert raised.value.code == ExitCode.REFUSED
    assert str(raised.value) == (
        f"messaging-app-{groups.environment}-api-servers has 2 servers and may have 3 at the most: "
        "2 more are refused. Raise servers.api.max_size in the stack's file, then `make up`."
    )
    assert groups.group("api").wanted == 2


def test_unhealthy_servers_are_not_waited_for_for_ever(groups: ServerGroups) -> None:
    groups.aws.ec2.stop_instances(InstanceIds=[groups.group("api").servers[0].id])

    with pytest.raises(OpsError, match=r"did not become healthy within 1 s: i-.+ and unused"):
        groups.wait_healthy("api", seconds=1, count=2)


def test_servers_that_are_not_there_yet_are_waited_for(groups: ServerGroups) -> None:
    with pytest.raises(OpsError, match=r"within 1 s: 2 of 3 servers serve\."):
        groups.wait_healthy("api", seconds=1, count=3)


def test_a_restart_runs_on_each_server_of_the_service_in_turn(
    account: Cloud, groups: ServerGroups
) -> None:
    said: list[str] = []

    with account.sent() as sent:
        groups.restart(["api"], said.append)

    servers = [each.id for each in groups.group("api").servers]
    assert said == [f"Restarting api on {server} …" for server in servers]
    assert [each["InstanceIds"] for each in sent] == [[server] for server in servers]
    for each in sent:
        assert each["DocumentName"] == f"messaging-app-{groups.environment}-restart"
        assert each["Parameters"] == {"port": ["8080"]}


def test_an_unknown_service_is_refused_with_those_that_there_are(groups: ServerGroups) -> None:
    with pytest.raises(OpsError) as raised:
        groups.restart(["database"], print)

    assert raised.value.code == ExitCode.NOT_FOUND
    assert (
        str(raised.value)
        == f"There is no service database in {groups.environment}: there are api, websocket."
    )


def test_logs_are_the_last_lines_of_all_servers_in_order(groups: ServerGroups) -> None:
    group = f"/messaging-app/{groups.environment}/servers/api"
    groups.aws.logs.create_log_group(logGroupName=group)
    now = int(time.time() * 1000)
    for server, offset in (("i-1", 0), ("i-2", 1)):
        groups.aws.logs.create_log_stream(logGroupName=group, logStreamName=server)
        groups.aws.logs.put_log_events(
            logGroupName=group,
            logStreamName=server,
            logEvents=[
                {"timestamp": now - 10_000 + 1000 * at + offset, "message": f"line {at}\n"}
                for at in range(3)
            ],
        )

    lines = [line.split(maxsplit=3) for line in groups.logs(["api"], 3)]

    assert [(line[0], line[1], line[3]) for line in lines] == [
        ("api", "i-2", "line 1"),
        ("api", "i-1", "line 2"),
        ("api", "i-2", "line 2"),
    ]


def test_that_there_are_no_lines_is_said(groups: ServerGroups, account: Cloud) -> None:
    group = f"/messaging-app/{groups.environment}/servers/api"
    groups.aws.logs.create_log_group(logGroupName=group)
    settings = {
        "ENVIRONMENT": groups.environment,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": account.endpoint,
    }

    ran = CliRunner().invoke(app, ["logs", "api"], env=settings)

    assert (ran.exit_code, ran.stdout, ran.stderr) == (ExitCode.OK, "", "There are no lines.\n")


def test_results_come_as_json_when_asked_for(groups: ServerGroups, account: Cloud) -> None:
    group = f"/messaging-app/{groups.environment}/servers/websocket"
    groups.aws.logs.create_log_group(logGroupName=group)
    groups.aws.logs.create_log_stream(logGroupName=group, logStreamName="i-1")
    groups.aws.logs.put_log_events(
        logGroupName=group,
        logStreamName="i-1",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "ready\n"}],
    )

    (line,) = as_json(account, "logs", "websocket")
    scaled = as_json(account, "scale-up", "websocket")

    assert line["line"].startswith("websocket i-1 ") and line["line"].endswith(" ready")
    assert (scaled["service"], scaled["by"]) == ("websocket", 1)
    assert scaled["done"].endswith("has 2 healthy servers instead of 1.")
    with account.sent():
        assert as_json(account, "restart", "api") == {"services": ["api"], "healthy": True}


def as_json(account: Cloud, *command: str) -> Any:
    """What a command gives to programs."""
    settings = {
        "ENVIRONMENT": account.environment,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": account.endpoint,
    }
    ran = CliRunner().invoke(app, [*command, "--json"], env=settings)
    assert ran.exit_code == ExitCode.OK, ran.stderr
    return json.loads(ran.stdout)


def test_settings_say_where_the_services_run(account: Cloud) -> None:
    assert isinstance(services.of(account.settings()), ServerGroups)
    host = services.of(account.settings(compose_file="compose.yaml"))
    assert not isinstance(host, ServerGroups)


def test_settings_that_name_no_place_are_refused() -> None:
    with pytest.raises(OpsError) as raised:
        services.of(OpsSettings.model_validate({}))

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert "It is not said where the services run: set COMPOSE_FILE" in str(raised.value)
