"""What the name of an image tells."""

import pytest

from evaluation.containers import Image, image


@pytest.mark.parametrize("name", ["sha256:0123456789", "", None, 7.0])
def test_an_identifier_tells_nothing(name: object) -> None:
    assert image(name) is None


@pytest.mark.parametrize(
    ("name", "software", "tag"),
    [
        ("nginx", "nginx", None),
        ("nginx:1.25", "nginx", "1.25"),
        ("registry:5000/library/redis:7@sha256:01", "redis", "7"),
        ("registry:5000/redis@sha256:01", "redis", None),
    ],
)
def test_a_name_tells_software_and_tag(name: str, software: str, tag: str | None) -> None:
    assert image(name) == Image(software=software, tag=tag)
