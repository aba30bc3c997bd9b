"""Limits on a container leave it the processors and memory of its role."""

from collections.abc import Iterator

from evaluation.containers import cpu_limits, label, service_label
from evaluation.floors import Floor, floor_for
from evaluation.levels import Severity
from evaluation.properties import number, value_at
from evaluation.references import guide
from evaluation.resource_types import CONTAINER, CONTAINER_SERVICE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

FREE_ROLES = ("load-balancer", "monitoring", "storage", "network", "audit")
"""Values of the label `Role` that the guide has no hardware minimum for."""

SERVICE_LIMITS = ("taskSpec", "resources", "limits")
MIB = 2**20
NANO_CPUS = 10**9


def check(resource: Resource) -> Iterator[str]:
    """Hold the limits that are set against the role's floor; a container without has the host's.

    As with servers, a role that the pack does not know has a production server's floor.
    """
    if resource.resource_type == CONTAINER:
        role, limits = label(resource.props, "Role"), _limits_of_a_container
    else:
        role, limits = service_label(resource.props, "Role"), _limits_of_a_service
    if role not in FREE_ROLES:
        yield from limits(resource.props, floor_for(role))


def _limits_of_a_container(properties: object, floor: Floor) -> Iterator[str]:
    for path, processors in cpu_limits(properties):
        if processors < floor.vcpu:
            yield _too_few(path, processors, floor, floor.vcpu)
    memory = value_at(properties, "memory")
    # 0 is Docker's own way to say that there is no limit.
    if memory not in (None, 0):
        yield from _memory("memory", number(memory), floor, floor.memory_gib * 1024)


def _limits_of_a_service(properties: object, floor: Floor) -> Iterator[str]:
    limits = value_at(properties, *SERVICE_LIMITS)
    path = ".".join(SERVICE_LIMITS)
    nano_cpus = value_at(limits, "nanoCpus")
    processors = (number(nano_cpus) or 0) / NANO_CPUS
    if nano_cpus not in (None, 0) and processors < floor.vcpu:
        yield _too_few(f"{path}.nanoCpus", processors, floor, floor.vcpu * NANO_CPUS)
    memory = value_at(limits, "memoryBytes")
    if memory not in (None, 0):
        found = number(memory)
        mib = None if found is None else found / MIB
        yield from _memory(f"{path}.memoryBytes", mib, floor, floor.memory_gib * 1024 * MIB)


def _too_few(path: str, processors: float, floor: Floor, least: int) -> str:
    return (
        f"{path} limits the container to {processors:g} processors; {_needed(floor)}. "
        f"Raise it to {least}, or remove it."
    )


def _memory(path: str, mib: float | None, floor: Floor, least: int) -> Iterator[str]:
    if mib is None or mib < floor.memory_gib * 1024:
        limit = "what is no number" if mib is None else f"{mib:g} MiB"
        yield (
            f"{path} limits the container to {limit}; {_needed(floor)}. "
            f"Raise it to {least}, or remove it."
        )


def _needed(floor: Floor) -> str:
    return (
        f"{floor.holder} needs at least {floor.vcpu} vCPU and {floor.memory_gib} GiB "
        f"({floor.section})"
    )


CONTAINER_FLOOR = ResourceRule(
    name="container-floor",
    title="Limits of containers leave them the processors and memory of their role",
    why="A limit below the minimum makes a large host as slow as a small one.",
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix=(
        "Raise the limit, or remove it: without one the container has all of its host. A container "
        "of another kind says so by its label Role, such as monitoring."
    ),
    example=Example(
        violates="labels: [{label: Role, value: api}], memory: 512",
        complies="labels: [{label: Role, value: api}], memory: 16384",
    ),
    resource_types=(CONTAINER, CONTAINER_SERVICE),
    check=check,
)
