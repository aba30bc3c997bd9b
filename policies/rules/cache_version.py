"""ElastiCache runs Redis of a version that the guide supports."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import guide, pci
from evaluation.resource_types import CACHE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.versions import is_older, version, written

OLDEST = (6,)
NEEDED = f"Redis {written(OLDEST)} or newer is needed (guide, Software Requirements 2)"
# Valkey continues Redis 7.2: each of its versions is new enough.
ENGINES = ("redis", "valkey")


def check(resource: Resource) -> Iterator[str]:
    """Reject other engines, old versions, and versions left to AWS."""
    engine = value_at(resource.props, "engine") or "redis"
    if engine not in ENGINES:
        yield f"engine is {engine}; {NEEDED}. Set engine to redis."
        return
    given = value_at(resource.props, "engineVersion")
    found = version(given)
    if found is None:
        yield f"engineVersion is {given or 'not set'}; {NEEDED}. Set it to a version such as 7.1."
    elif is_older(found, OLDEST):
        yield f"engineVersion is {given}; {NEEDED}. Set it to a version such as 7.1."


CACHE_VERSION = ResourceRule(
    name="cache-version",
    title="Caches are Redis 6 or newer",
    why="Older versions know neither users nor TLS, and get no security fixes.",
    severity=Severity.MEDIUM,
    references=(guide("Software Requirements 2"), pci("6.3.3")),
    fix="Set engineVersion to a supported version.",
    example=Example(violates='engineVersion: "5.0.6"', complies='engineVersion: "7.1"'),
    resource_types=(CACHE,),
    check=check,
)
