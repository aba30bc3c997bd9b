"""What the user data of an application server leaves running, for either role."""

from dataclasses import replace

import pytest
import yaml

from tests.service_config.example import APPLICATION, application, files

UNITS = "/etc/systemd/system/"
PRIVATE_IMAGE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/messaging-app/websocket:1.0.0"
LARGEST_USER_DATA = 16_384  # bytes; EC2, "Run commands when you launch an instance"


def websocket(**changed: object) -> str:
    return application(role="websocket", port=8081, **changed)


def enabled(text: str) -> set[str]:
    """Return the units that the server enables at its first boot."""
    commands = yaml.safe_load(text)["runcmd"]
    return {command[-1] for command in commands if command[:2] == ["systemctl", "enable"]}


@pytest.mark.parametrize("text", [application(), websocket()], ids=["api", "websocket"])
def test_every_unit_that_is_to_start_by_itself_is_enabled(text: str) -> None:
    written = {
        path.removeprefix(UNITS)
        for path, content in files(text).items()
        if path.startswith(UNITS) and "\n[Install]\n" in content
    }
    assert enabled(text) == written


def test_a_server_joins_its_group_at_its_first_boot_and_at_no_other() -> None:
    text = application()
    written = files(text)[f"{UNITS}messaging-app-join.service"]
    assert "systemctl start --no-block messaging-app-join.service" in [
        " ".join(command) for command in yaml.safe_load(text)["runcmd"]
    ]
    assert "[Install]" not in written
    assert "\nStartLimitIntervalSec=900\n" in written


def test_only_websocket_servers_count_connections() -> None:
    assert enabled(websocket()) - enabled(application()) == {"messaging-app-connections.timer"}


def test_a_reboot_waits_longer_for_the_application_than_docker_does() -> None:
    membership = replace(APPLICATION["membership"], drain_seconds=300)
    written = files(websocket(membership=membership))
    assert "stop_grace_period: 300s\n" in written["/opt/messaging-app/compose.yaml"]
    assert "\nTimeoutStopSec=330\n" in written[f"{UNITS}messaging-app.service"]


def test_a_server_with_all_its_variables_fits_into_what_ec2_accepts() -> None:
    [reference] = APPLICATION["secret_references"].values()
    text = websocket(
        image=PRIVATE_IMAGE,
        environment={f"VARIABLE_{number}": "x" * 60 for number in range(15)},
        secret_references={f"SECRET_{number}": reference for number in range(6)},
    )
    assert len(text.encode()) < LARGEST_USER_DATA
