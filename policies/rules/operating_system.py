"""Servers run an operating system that the guide supports, where their image tells which."""

import re
from collections.abc import Iterator
from typing import Final

from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import guide, pci
from evaluation.resource_types import INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule
from evaluation.versions import is_older, version

NAMED_BY = {LAUNCH_TEMPLATE: "imageId", INSTANCE: "ami"}

# Canonical's SSM parameters name a release by its number or by its code name.
CODE_NAMES: Final = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
}
UBUNTU: Final = re.compile(r"/canonical/ubuntu/[^/]+/(\d\d\.\d\d|[a-z]+)/")
RED_HAT: Final = re.compile(r"(?:rhel|red-?hat)[^0-9]{0,20}(\d{1,2})")
# Its images are named after EC2 as well.
CENTOS: Final = re.compile(r"centos((?:ec2|[^0-9]){0,20})(?<!ec)(\d{1,2})")
OTHERS: Final = {
    "ami-amazon-linux-latest": "Amazon Linux",
    "ami-windows-latest": "Windows",
    "/aws/service/debian/": "Debian",
}
SUPPORTED: Final = "Ubuntu LTS from 20.04, RHEL from 8 and CentOS Stream from 8"
LTS_MONTH: Final = 4
OLDEST_RELEASE: Final = 8
"""Of RHEL and CentOS Stream."""


def check(resource: Resource) -> Iterator[str]:
    """Reject images that tell an unsupported system; an identifier such as `ami-1` tells none."""
    path = NAMED_BY[resource.resource_type]
    named = value_at(resource.props, path)
    unsupported = _unsupported(named.lower()) if isinstance(named, str) else None
    if unsupported:
        yield (
            f"{path} is an image of {unsupported}; {SUPPORTED} are supported "
            "(guide, Software Requirements 1). Choose an image of one of these."
        )


def _unsupported(image: str) -> str | None:
    """The operating system that an image's name tells, if it is not supported."""
    if ubuntu := UBUNTU.search(image):
        release = version(CODE_NAMES.get(ubuntu[1], ubuntu[1]))
        is_lts = release is not None and release[0] % 2 == 0 and release[1] == LTS_MONTH
        supported = release is not None and is_lts and not is_older(release, (20, 4))
        return None if supported else f"Ubuntu {ubuntu[1]}"
    if red_hat := RED_HAT.search(image):
        return None if int(red_hat[1]) >= OLDEST_RELEASE else f"RHEL {red_hat[1]}"
    if centos := CENTOS.search(image):
        supported = "stream" in centos[1] and int(centos[2]) >= OLDEST_RELEASE
        return None if supported else f"CentOS {centos[2]}"
    return next((name for part, name in OTHERS.items() if part in image), None)


OPERATING_SYSTEM = ResourceRule(
    name="operating-system",
    title="Servers run Ubuntu LTS 20.04, RHEL 8, CentOS Stream 8 or newer",
    why="Scripts, packages and hardening are made for these systems, and older ones get no fixes.",
    severity=Severity.MEDIUM,
    references=(guide("Software Requirements 1"), pci("6.3.3")),
    fix="Name an image of a supported system, such as Canonical's SSM parameter of 22.04.",
    example=Example(
        violates="imageId: resolve:ssm:/aws/service/canonical/ubuntu/server/18.04/…",
        complies="imageId: resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/…",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=NAMED_BY,
    check=check,
)
