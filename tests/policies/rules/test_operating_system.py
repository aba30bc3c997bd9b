"""Images that tell an unsupported operating system are rejected."""

import pytest

from evaluation.run import Run
from rules.operating_system import OPERATING_SYSTEM
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import instance, launch_template

UBUNTU = "resolve:ssm:/aws/service/canonical/ubuntu/server/{}/stable/current/amd64/hvm/ami-id"


@pytest.mark.parametrize(
    "image",
    [
        *(UBUNTU.format(release) for release in ("20.04", "22.04", "24.04", "focal", "noble")),
        "RHEL-8.6.0_HVM-20230101-x86_64",
        "rhel-9.4",
        "RedHat 8",
        "CentOS-Stream-ec2-8",
        "centos stream 9",
        "ami-0123456789abcdef0",
        "resolve:ssm:/our/golden-image",
        "",
        None,
        1.0,
    ],
)
def test_a_supported_system_and_what_tells_none_pass(image: object) -> None:
    assert violations(OPERATING_SYSTEM, launch_template(imageId=image)) == []
    assert violations(OPERATING_SYSTEM, instance(ami=image)) == []


@pytest.mark.parametrize(
    ("image", "system"),
    [
        (UBUNTU.format("18.04"), "Ubuntu 18.04"),
        (UBUNTU.format("bionic"), "Ubuntu bionic"),
        (UBUNTU.format("22.10"), "Ubuntu 22.10"),
        (UBUNTU.format("23.04"), "Ubuntu 23.04"),
        (UBUNTU.format("artful"), "Ubuntu artful"),
        ("RHEL-7.9_HVM", "RHEL 7"),
        ("CentOS-7-2111", "CentOS 7"),
        ("CentOS 8", "CentOS 8"),
        ("resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami", "Amazon Linux"),
        ("resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2022", "Windows"),
        ("resolve:ssm:/aws/service/debian/release/12/latest/amd64", "Debian"),
    ],
)
def test_an_unsupported_system_is_rejected(image: str, system: str) -> None:
    assert violations(OPERATING_SYSTEM, launch_template(imageId=image)) == [
        f"imageId is an image of {system}; Ubuntu LTS from 20.04, RHEL from 8 and CentOS Stream "
        "from 8 are supported (guide, Software Requirements 1). Choose an image of one of these."
    ]
    (found,) = violations(OPERATING_SYSTEM, instance(ami=image))
    assert found.startswith(f"ami is an image of {system};")


def test_an_image_unknown_at_preview_is_reported() -> None:
    run = Run()
    assert violations(OPERATING_SYSTEM, launch_template(imageId=UNKNOWN), run=run) == []
    (found,) = run.unchecked
    assert found.startswith("operating-system waits for values")
