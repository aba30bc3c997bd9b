"""The firewall's commands, given to the real ufw in a network of its own."""

import os
import subprocess

import pytest

from service_config import ports, ufw
from tests.service_config.tools import required

OPEN = (ports.API_PORT, ports.REDIS)


def dry_run(command: list[str]) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    own_network = [required("unshare", "util-linux"), "--net"]
    return subprocess.run(
        [*own_network, required(program, program), "--dry-run", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_all_that_is_not_named_is_denied_before_anything_is_allowed() -> None:
    assert ufw.commands(OPEN) == [
        ["ufw", "default", "deny", "incoming"],
        ["ufw", "default", "allow", "outgoing"],
        ["ufw", "allow", "22/tcp"],
        ["ufw", "allow", "9100/tcp"],
        ["ufw", "allow", "8080/tcp"],
        ["ufw", "allow", "6379/tcp"],
        ["ufw", "--force", "enable"],
    ]


def test_a_port_is_allowed_once() -> None:
    commands = ufw.commands([ports.SSH, ports.API_PORT, ports.API_PORT])
    assert len(commands) == len(ufw.commands([ports.API_PORT]))


@pytest.mark.skipif(os.geteuid() != 0, reason="ufw works for root only")
@pytest.mark.parametrize("command", ufw.commands(OPEN), ids=" ".join)
def test_ufw_itself_accepts_every_command(command: list[str]) -> None:
    done = dry_run(command)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="ufw works for root only")
def test_an_allowed_port_becomes_a_rule_that_accepts_it() -> None:
    rules = dry_run(["ufw", "allow", f"{ports.API_PORT}/tcp"]).stdout
    assert f"-A ufw-user-input -p tcp --dport {ports.API_PORT} -j ACCEPT" in rules
