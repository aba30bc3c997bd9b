"""Limits on a container leave it the processors and memory of its role."""

from collections.abc import Iterator

from evaluation.containers import cpu_limits, label
from evaluation.floors import floor_for
from evaluation.levels import Severity
from evaluation.properties import number, value_at
from evaluation.references import guide
from evaluation.resource_types import CONTAINER
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

ROLES = ("api", "websocket", "database", "cache")
"""Values of the label `Role` that the guide has hardware minimums for."""


def check(resource: Resource) -> Iterator[str]:
    """Hold the limits that are set against the role's floor; a container without has the host's."""
    role = label(resource.props, "Role")
    if role not in ROLES:
        return
    floor = floor_for(role)
    needed = (
        f"{floor.holder} needs at least {floor.vcpu} vCPU and {floor.memory_gib} GiB "
        f"({floor.section})"
    )
    for path, processors in cpu_limits(resource.props):
        if processors < floor.vcpu:
            yield (
                f"{path} limits the container to {processors:g} processors; {needed}. "
                f"Raise it to {floor.vcpu}, or remove it."
            )
    memory = value_at(resource.props, "memory")
    mib = number(memory)
    # 0 is Docker's own way to say that there is no limit.
    if memory not in (None, 0) and (mib is None or mib < floor.memory_gib * 1024):
        limit = "what is no number" if mib is None else f"{mib:g} MiB"
        yield (
            f"memory limits the container to {limit}; {needed}. "
            f"Raise it to {floor.memory_gib * 1024}, or remove it."
        )


CONTAINER_FLOOR = ResourceRule(
    name="container-floor",
    title="Limits of containers leave them the processors and memory of their role",
    why="A limit below the minimum makes a large host as slow as a small one.",
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix="Raise the limit, or remove it: without one the container has all of its host.",
    example=Example(
        violates="labels: [{label: Role, value: api}], memory: 512",
        complies="labels: [{label: Role, value: api}], memory: 16384",
    ),
    resource_types=(CONTAINER,),
    check=check,
)
