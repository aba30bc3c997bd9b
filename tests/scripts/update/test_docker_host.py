import os
from collections.abc import Generator
from pathlib import Path

import pytest

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services import ScaleUp
from scripts.update import docker_host
from tests.services import docker
from tests.services.docker import IMAGE, Project
from tests.services.ports import free_port
from tests.toolchain import fakes


@pytest.fixture
def newer_image(running_docker: str) -> Generator[None]:
    """A new release under the name that the services use, as a pull would bring it."""
    docker.build(running_docker, IMAGE, changes={"ENV": "RELEASE=2"})
    yield
    docker.build(running_docker, IMAGE, changes={})


@pytest.fixture
def broken_image(running_docker: str) -> Generator[None]:
    """A new release that does not answer its health check."""
    docker.build(running_docker, IMAGE, changes={"ENTRYPOINT": '["sleep", "3600"]'})
    yield
    docker.build(running_docker, IMAGE, changes={})


def ready(project: Project, service: str) -> str:
    return next(line.partition("ready")[2].strip() for line in project.host.logs([service], 1))


def test_the_plan_names_each_container_and_changes_nothing(compose_project: Project) -> None:
    before = compose_project.host.containers()

    rows = docker_host.plan(compose_project.host, [])

    assert {row["service"]: row["image"] for row in rows} == {"api": IMAGE, "websocket": IMAGE}
    assert [each.name for each in compose_project.host.containers()] == [
        each.name for each in before
    ]


@pytest.mark.usefixtures("newer_image")
def test_services_whose_image_changed_run_the_new_one(compose_project: Project) -> None:
    compose_project.host.compose("up", "--detach", "--wait")
    said: list[str] = []

    docker_host.update_containers(compose_project.host, [], said.append)

    assert said[0] == "Updating api …"
    assert ready(compose_project, "api") == "2"
    assert ready(compose_project, "websocket") == "2"


def test_an_update_takes_what_is_new_and_waits_until_it_is_healthy(
    compose_project: Project, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("newer_image")
    said: list[str] = []

    docker_host.update_containers(compose_project.host, ["api"], said.append)

    assert said == ["Updating api …", "api runs its newest image."]
    assert ready(compose_project, "api") == "2"
    assert ready(compose_project, "websocket") == ""
    assert all(each.is_well for each in compose_project.host.containers("api"))


def test_a_service_that_has_its_newest_image_is_left_running(compose_project: Project) -> None:
    said: list[str] = []
    docker_host.update_containers(compose_project.host, ["api"], said.append)

    assert said == ["Updating api …", "api had it already."]
    assert len(list(compose_project.host.logs(["api"], 10))) == 1


LEFT_OUT = (
    "Left out, because it was stopped: websocket. An update starts nothing that does not run."
)


@pytest.mark.usefixtures("newer_image")
@pytest.mark.parametrize("end", [("stop", "--timeout", "1"), ("pause",)], ids=["stop", "pause"])
@pytest.mark.parametrize("named", [(), ("api", "websocket")], ids=["all", "named"])
def test_a_service_that_was_stopped_stays_so(
    compose_project: Project, end: tuple[str, ...], named: tuple[str, ...]
) -> None:
    compose_project.host.compose("up", "--detach", "--wait")
    compose_project.host.compose(*end, "websocket")
    (before,) = compose_project.host.containers("websocket")
    said: list[str] = []

    docker_host.update_containers(compose_project.host, named, said.append)

    (after,) = compose_project.host.containers("websocket")
    assert (after.state, after.name) == (before.state, before.name)
    assert not after.is_well
    assert said[:2] == [LEFT_OUT, "Updating api …"]


def test_the_plan_leaves_out_what_was_stopped(compose_project: Project) -> None:
    compose_project.host.compose("stop", "--timeout", "1", "websocket")

    assert [row["service"] for row in docker_host.plan(compose_project.host, [])] == ["api"]
    assert docker_host.left_out(compose_project.host, []) == LEFT_OUT


def test_a_service_that_was_scaled_up_stays_so(
    compose_project: Project, request: pytest.FixtureRequest
) -> None:
    compose_project.host.scale_up(ScaleUp(service="api", by=1, seconds=120), print)
    request.getfixturevalue("newer_image")

    docker_host.update_containers(compose_project.host, ["api"], print)

    assert len(compose_project.host.containers("api")) == 2


def test_it_stops_at_the_first_service_that_is_not_healthy(
    compose_project: Project, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_host, "HEALTHY_SECONDS", 12)
    request.getfixturevalue("broken_image")

    with pytest.raises(OpsError) as raised:
        docker_host.update_containers(compose_project.host, [], print)

    assert "api did not become healthy within 12 s" in str(raised.value)
    assert " It ran " in str(raised.value)
    assert str(raised.value).endswith("Not updated: websocket.")
    assert compose_project.host.containers("websocket")[0].is_well


def test_an_image_that_cannot_be_had_leaves_the_service_running(
    compose_project: Project, tmp_path: Path
) -> None:
    override = tmp_path / "elsewhere.yaml"
    image = f"127.0.0.1:{free_port()}/api:2"
    override.write_text(f"services: {{api: {{image: '{image}', pull_policy: always}}}}")
    host = docker_host.DockerHost(files=f"{compose_project.file}:{override}")

    with pytest.raises(OpsError, match=r"docker compose pull failed: .*Not updated: websocket"):
        docker_host.update_containers(host, [], print)

    assert compose_project.host.containers("api")[0].is_well


APT = """
echo "$@" >>{folder}/calls
case "$*" in
  "--simulate upgrade") echo "Inst openssl [3.0.1] (3.0.2 Debian)"; echo "Conf openssl (3.0.2)";;
esac
exit {code}
"""


def apt(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> Path:
    """Put a recorded apt-get on PATH: a real one would change the machine of the tests."""
    fakes.program(folder / "bin" / "apt-get", APT.format(folder=folder, code=code))
    monkeypatch.setenv("PATH", f"{folder}/bin:/usr/bin:/bin")
    return folder / "calls"


def test_pending_packages_are_listed_and_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = apt(tmp_path, monkeypatch)
    assert docker_host.pending_packages() == ["openssl"]
    assert calls.read_text() == "--simulate upgrade\n"


@pytest.mark.skipif(os.getuid() != 0, reason="only root installs packages")
def test_packages_are_upgraded_and_edited_files_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = apt(tmp_path, monkeypatch)
    monkeypatch.setattr(docker_host, "REBOOT_REQUIRED", tmp_path / "calls")
    said: list[str] = []

    docker_host.update_packages(said.append)

    keep = "-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
    assert calls.read_text() == f"update\n--assume-yes {keep} upgrade\n"
    assert said == [
        "The packages of this machine are up to date.",
        "Some of them need a reboot of this machine to take effect.",
    ]


@pytest.mark.skipif(os.getuid() != 0, reason="only root installs packages")
def test_a_package_manager_that_fails_ends_the_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(tmp_path, monkeypatch, code=100)
    with pytest.raises(OpsError, match=r"apt-get update failed: .*Containers were left alone\."):
        docker_host.update_packages(print)


def test_another_user_than_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    with pytest.raises(OpsError, match="installed by root alone") as raised:
        docker_host.update_packages(print)
    assert raised.value.code == ExitCode.REFUSED
