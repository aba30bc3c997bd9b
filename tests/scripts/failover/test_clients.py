from pathlib import Path

import pytest

from scripts.failover import clients
from scripts.services import ScaleUp
from tests.services.docker import Project
from tests.toolchain import fakes


def released(project: Project) -> list[str]:
    """What each container of the api said when it was ready: its release."""
    lines = project.host.logs(["api"], 1)
    return [line.partition("ready")[2].strip() for line in lines]


def test_clients_move_by_all_compose_files_and_a_scale_up_stays(
    compose_project: Project,
) -> None:
    folder = compose_project.file.parent
    override = folder / "override.yaml"
    override.write_text("services: {api: {environment: {RELEASE: moved}}}")
    # Not the one that is to be taken.
    (folder / "docker-compose.prod.yml").write_text("services: {}")
    compose_project.host.scale_up(ScaleUp(service="api", by=2, seconds=120), print)

    line = clients.command(None, f"{compose_project.file}:{override}", folder)
    assert line == (
        "docker compose -f compose.yaml -f override.yaml up -d --no-deps "
        "--scale api=3 --scale websocket=1 api websocket"
    )
    clients.move(line, folder)

    assert released(compose_project) == ["moved"] * 3
    assert len(compose_project.host.containers("websocket")) == 1


def test_without_compose_file_the_one_beside_the_env_file_is_taken(
    compose_project: Project,
) -> None:
    compose_project.host.scale_up(ScaleUp(service="api", by=1, seconds=120), print)

    assert clients.command(None, None, compose_project.file.parent) == (
        "docker compose -f compose.yaml up -d --no-deps "
        "--scale api=2 --scale websocket=1 api websocket"
    )


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 600"], ids=["fails", "hangs"])
def test_a_docker_that_does_not_answer_keeps_no_failover_from_beginning(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.program(tmp_path / "bin" / "docker", script)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setattr(clients, "COUNT_SECONDS", 1)
    (tmp_path / "docker-compose.prod.yml").touch()

    assert clients.command(None, None, tmp_path) == (
        "docker compose -f docker-compose.prod.yml up -d --no-deps api websocket"
    )


def test_reconnect_command_goes_first_and_without_files_there_is_none(tmp_path: Path) -> None:
    own = "systemctl restart api"

    assert clients.command(None, None, tmp_path) is None
    assert clients.command(own, "compose.yaml", tmp_path) == own
