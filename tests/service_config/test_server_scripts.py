"""What an application server does by itself, each script run for real."""

import shutil
from pathlib import Path

import pytest

from tests.service_config.server_scripts import Server, answering

STATE = "/latest/meta-data/autoscaling/target-lifecycle-state"
INSTANCE = "/latest/meta-data/instance-id"
JOINED = (
    "aws autoscaling complete-lifecycle-action --region eu-central-1"
    " --auto-scaling-group-name messaging-app-prod-api-servers"
    " --lifecycle-hook-name messaging-app-prod-api-join"
    " --instance-id i-0123 --lifecycle-action-result CONTINUE"
)
COMPLETED = (
    "aws autoscaling complete-lifecycle-action --region eu-central-1"
    " --auto-scaling-group-name messaging-app-prod-api-servers"
    " --lifecycle-hook-name messaging-app-prod-api-drain"
    " --instance-id i-0123 --lifecycle-action-result CONTINUE"
)
AT_ONCE = {"POLL_SECONDS": "0.05", "SETTLE_SECONDS": "0"}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    made = Server(tmp_path)
    for program in ("aws", "docker", "systemctl"):
        made.program(program)
    return made


def test_a_new_server_joins_its_group_once_the_application_answers(server: Server) -> None:
    server.program("cloud-init", "echo i-0123")
    # Three times nobody answers.
    attempts = server.home / "attempts"
    server.program(
        "curl",
        f'echo >>{attempts}; [ $(wc -l <{attempts}) -gt 3 ] && exec $REAL_CURL "$@"; exit 22',
    )
    with answering({"/health": ["ok"]}) as url:
        done = server.run(
            "join",
            HEALTH_URL=f"{url}/health",
            POLL_SECONDS="0.05",
            REAL_CURL=shutil.which("curl") or "",
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    asked = f"curl --fail --silent --max-time 5 --output /dev/null {url}/health"
    assert server.calls == [asked] * 4 + ["cloud-init query instance_id", JOINED]


def test_a_server_that_may_not_tell_yet_fails_and_is_tried_again(server: Server) -> None:
    server.program("cloud-init", "echo i-0123")
    server.program("aws", "exit 254")
    with answering({"/health": ["ok"]}) as url:
        assert server.run("join", HEALTH_URL=f"{url}/health").returncode == 254


def test_a_server_that_is_to_end_stops_the_application_first(server: Server) -> None:
    with answering({STATE: ["InService", "InService", "Terminated"], INSTANCE: ["i-0123"]}) as imds:
        assert server.run("drain", IMDS=imds, **AT_ONCE).returncode == 0
    assert server.calls == [
        "systemctl stop messaging-app-refresh.timer messaging-app-refresh.service",
        "docker compose stop --timeout 30",
        COMPLETED,
    ]


def test_a_server_ends_even_if_the_application_does_not_stop(server: Server) -> None:
    server.program("docker", "exit 1")
    server.program("systemctl", "exit 1")
    with answering({STATE: ["Terminated"], INSTANCE: ["i-0123"]}) as imds:
        done = server.run("drain", IMDS=imds, **AT_ONCE)
    assert (done.returncode, server.calls[-1]) == (0, COMPLETED)
    assert done.stderr == "The application did not stop by itself.\n"


@pytest.fixture
def websocket_server(tmp_path: Path) -> Server:
    made = Server(tmp_path, role="websocket", port=8081)
    made.program("aws")
    return made


@pytest.mark.parametrize(
    ("metrics", "connections"),
    [
        ("# TYPE websocket_connections gauge\nwebsocket_connections 42\n", 42),
        ("websocket_connections 0\nwebsocket_connections_limit 9000\n", 0),
        ('websocket_connections{node="a b"} 1.2e+03\nwebsocket_connections{node="c"} 5\n', 1205),
    ],
)
def test_open_websockets_are_published_for_the_group(
    websocket_server: Server, metrics: str, connections: int
) -> None:
    with answering({"/metrics": [metrics]}) as url:
        done = websocket_server.run("publish-connections", METRICS_URL=f"{url}/metrics")
    assert (done.returncode, done.stderr) == (0, "")
    assert websocket_server.calls == [
        "aws cloudwatch put-metric-data --region eu-central-1 --namespace messaging-app"
        " --metric-name WebsocketConnections"
        " --dimensions AutoScalingGroupName=messaging-app-prod-api-servers"
        f" --unit Count --value {connections}"
    ]


def test_nothing_is_published_while_no_container_answers(websocket_server: Server) -> None:
    done = websocket_server.run("publish-connections", METRICS_URL="http://127.0.0.1:1/metrics")
    assert (done.returncode, websocket_server.calls) == (0, [])


def test_metrics_without_the_gauge_are_reported(websocket_server: Server) -> None:
    with answering({"/metrics": ["http_requests_total 7\n"]}) as url:
        done = websocket_server.run("publish-connections", METRICS_URL=f"{url}/metrics")
    assert (done.returncode, websocket_server.calls) == (1, [])
    assert done.stderr == ("The metrics of the application have no gauge websocket_connections.\n")


def answer(secret: str) -> str:
    """A body for `aws`: the command that shows the secret, and no parameters."""
    return f'case "$1" in ssm) echo "[]" ;; *) {secret} ;; esac'


def test_only_a_rotated_secret_recreates_the_container(server: Server) -> None:
    (server.home / "environment").write_text("DB_PORT=5432\n", encoding="utf-8")
    secret = server.home / "secret"
    server.program("aws", answer(f"cat {secret}"))
    recreations: list[int] = []
    for password in ("first", "first", "second", "second"):
        secret.write_text(f'{{"password": "{password}"}}', encoding="utf-8")
        done = server.run("refresh-secrets")
        assert (done.returncode, done.stderr) == (0, "")
        recreations.append(server.calls.count("docker compose up --detach"))
    # The first run cannot know what the container started with; Compose then changes nothing.
    assert recreations == [1, 1, 2, 2]
    assert (server.home / ".env").read_text() == "DB_PORT=5432\nDB_PASSWORD='second'\n"


def test_a_container_that_could_not_be_recreated_is_tried_again(server: Server) -> None:
    server.program("aws", answer("""echo '{"password": "secret"}'"""))
    server.program("docker", "exit 1")
    assert server.run("refresh-secrets").returncode != 0
    server.program("docker")
    assert server.run("refresh-secrets").returncode == 0
    assert server.calls.count("docker compose up --detach") == 2


def docker(version: str, compose: str) -> str:
    return f'case "$1" in version) echo {version} ;; *) echo {compose} ;; esac'


@pytest.mark.parametrize(
    ("version", "compose"), [("20.10", "2.0"), ("24.0.7", "v2.20.2"), ("28.1.1", "2.35.1+ds1")]
)
def test_docker_as_new_as_the_guide_asks_for_is_taken(
    server: Server, version: str, compose: str
) -> None:
    server.program("docker", docker(version, compose))
    done = server.run("check-docker")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("version", "compose", "sentence"),
    [
        ("20.9.3", "2.20.2", "Docker is 20.9.3, but the application needs 20.10 or newer."),
        ("24.0.7", "1.29.2", "Docker Compose is 1.29.2, but the application needs 2.0 or newer."),
        ("24.0.7", "", "Docker Compose is missing, but the application needs 2.0 or newer."),
    ],
)
def test_older_docker_is_refused_with_a_sentence(
    server: Server, version: str, compose: str, sentence: str
) -> None:
    server.program("docker", docker(version, compose))
    done = server.run("check-docker")
    assert (done.returncode, done.stderr) == (1, f"{sentence}\n")
