"""Images of unsupported or unnamed versions are rejected."""

import pytest

from rules.container_images import CONTAINER_IMAGES
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import container, remote_image

SECTION = "(guide, Software Requirements 2)"


@pytest.mark.parametrize(
    "name",
    [
        "nginx:1.18",
        "nginx:1.27-alpine",
        "nginx:2",
        "postgres:14",
        "docker.io/library/postgres:16.4-bookworm",
        "registry:5000/redis:6.2.1@sha256:0123",
        "redis:7",
        "messaging-app/api:latest",
        "sha256:0123456789",
        "",
        None,
        7.0,
    ],
)
def test_a_supported_version_other_software_and_what_tells_nothing_pass(name: object) -> None:
    assert violations(CONTAINER_IMAGES, remote_image(name)) == []


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("nginx:1.17.9", "nginx 1.18"),
        ("nginx:1", "nginx 1.18"),
        ("postgres:13-alpine", "postgres 14"),
        ("registry:5000/redis:5.0", "redis 6"),
    ],
)
def test_an_old_version_is_rejected(name: str, needed: str) -> None:
    assert violations(CONTAINER_IMAGES, remote_image(name)) == [
        f"name is {name}; {needed} or newer is needed {SECTION}. Choose a newer tag."
    ]
    assert violations(CONTAINER_IMAGES, container(image=name)) == [
        f"image is {name}; {needed} or newer is needed {SECTION}. Choose a newer tag."
    ]


@pytest.mark.parametrize("name", ["nginx", "nginx:latest", "registry:5000/nginx", "nginx@sha256:1"])
def test_a_version_that_is_left_open_is_rejected(name: str) -> None:
    assert violations(CONTAINER_IMAGES, remote_image(name)) == [
        f"name {name} does not tell the version; nginx 1.18 or newer is needed {SECTION}. "
        "Give it a tag with a version."
    ]


def test_an_image_unknown_at_preview_is_rejected() -> None:
    (found,) = violations(CONTAINER_IMAGES, container(image=UNKNOWN))
    assert found.startswith("image is not known yet at preview")
