import pytest

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services import ScaleUp
from scripts.services.docker_host import DockerHost
from tests.services.docker import Project


def names(project: Project, service: str) -> list[str]:
    return [each.name for each in project.host.containers(service)]


def test_status_has_a_row_for_each_container(compose_project: Project) -> None:
    rows = compose_project.host.status()

    assert [row["service"] for row in rows] == ["api", "websocket"]
    assert all("(healthy)" in row["state"] for row in rows)


def test_a_stopped_container_is_shown_too(compose_project: Project) -> None:
    compose_project.host.compose("stop", "--timeout", "1", "websocket")

    states = {row["service"]: row["state"] for row in compose_project.host.status()}

    assert states["websocket"].startswith("Exited")


def test_logs_are_the_last_lines_of_the_services_that_are_named(compose_project: Project) -> None:
    lines = list(compose_project.host.logs(["api"], 1))

    assert len(lines) == 1
    assert lines[0].startswith("api-1") and "ready" in lines[0]


def test_a_restart_ends_when_the_services_are_healthy_again(compose_project: Project) -> None:
    said: list[str] = []

    compose_project.host.restart(["api", "websocket"], said.append)

    assert said == ["Restarting api …", "Restarting websocket …"]
    assert all(each.is_well for each in compose_project.host.containers())
    assert len(list(compose_project.host.logs(["api"], 10))) == 2


def test_scaling_up_adds_containers_and_leaves_the_others_alone(compose_project: Project) -> None:
    before = names(compose_project, "api")

    told = compose_project.host.scale_up(ScaleUp(service="api", by=2, seconds=120), print)

    assert told == "api has 3 healthy containers instead of 1."
    after = names(compose_project, "api")
    assert len(after) == 3 and set(before) < set(after)


def test_scaling_up_does_not_end_well_while_a_container_is_unhealthy(
    compose_project: Project,
) -> None:
    compose_project.make_unhealthy("api")

    with pytest.raises(OpsError) as raised:
        compose_project.host.scale_up(ScaleUp(service="api", by=1, seconds=15), print)

    assert "api did not become healthy within 15 s: " in str(raised.value)
    assert "(unhealthy); see `ops logs api`." in str(raised.value)


def test_an_unknown_service_is_refused_with_those_that_there_are(compose_project: Project) -> None:
    with pytest.raises(OpsError) as raised:
        compose_project.host.restart(["api", "database"], print)

    assert raised.value.code == ExitCode.NOT_FOUND
    assert str(raised.value) == (
        f"There is no service database in {compose_project.file}: there are api, websocket."
    )


def test_an_engine_that_does_not_answer_is_a_sentence(
    compose_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DOCKER_HOST", "unix:///nowhere/socket")
        with pytest.raises(OpsError, match="docker compose ps failed: Cannot connect") as raised:
            compose_project.host.status()

    assert raised.value.code == ExitCode.UNREACHABLE


def test_without_docker_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(OpsError, match=r"docker is not on PATH: install Docker 20\.10") as raised:
        DockerHost(files="compose.yaml").status()

    assert raised.value.code == ExitCode.MISCONFIGURED
