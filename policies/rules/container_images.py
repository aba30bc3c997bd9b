"""Images of nginx, PostgreSQL and Redis are of versions that the guide supports."""

from collections.abc import Iterator, Mapping

from evaluation.containers import image
from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import guide, pci
from evaluation.resource_types import CONTAINER, CONTAINER_IMAGE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.versions import Version, is_older, version, written

OLDEST: Mapping[str, Version] = {"nginx": (1, 18), "postgres": (14,), "redis": (6,)}
NAMED_BY = {CONTAINER: "image", CONTAINER_IMAGE: "name"}


def check(resource: Resource) -> Iterator[str]:
    """Reject tags that are too old, and those that leave the version open."""
    path = NAMED_BY[resource.resource_type]
    named = value_at(resource.props, path)
    found = image(named)
    if found is None or found.software not in OLDEST:
        return
    oldest = OLDEST[found.software]
    needed = (
        f"{found.software} {written(oldest)} or newer is needed (guide, Software Requirements 2)"
    )
    tagged = version(found.tag)
    if tagged is None:
        yield f"{path} {named} does not tell the version; {needed}. Give it a tag with a version."
    elif is_older(tagged, oldest):
        yield f"{path} is {named}; {needed}. Choose a newer tag."


CONTAINER_IMAGES = ResourceRule(
    name="container-images",
    title="Images are of nginx 1.18, PostgreSQL 14, Redis 6 or newer",
    why="Older versions lack what the configuration relies on and get no security fixes.",
    severity=Severity.MEDIUM,
    references=(guide("Software Requirements 2"), pci("6.3.3")),
    fix="Give the image a tag that tells a supported version.",
    example=Example(violates="image: nginx:latest", complies='image: "nginx:1.27"'),
    resource_types=NAMED_BY,
    check=check,
)
