"""Databases and caches run with parameter groups whose values were checked."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import is_given, known_at
from evaluation.references import guide
from evaluation.resource_types import CACHE, CACHE_PARAMETERS, DATABASE, DATABASE_PARAMETERS
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule

CACHE_CLUSTER = "aws:elasticache/cluster:Cluster"

# What takes its parameters from which kind of group.
GROUPS: Mapping[str, str] = {
    DATABASE: DATABASE_PARAMETERS,
    CACHE: CACHE_PARAMETERS,
    CACHE_CLUSTER: CACHE_PARAMETERS,
}
NAME = "parameterGroupName"
ADVICE = "Set it to a parameter group of this stack."


def check(server: Resource, stack: Stack) -> Iterator[str]:
    """Reject whatever runs with parameters that no rule has read.

    Those are AWS's own groups (`default.postgres14`), those of other stacks, and none at all. What
    a replica without a group runs with depends on its source's region, so it names one as well.
    """
    if _is_of_a_replication_group(server):
        return
    if not is_given(server.props, NAME):
        yield f"{NAME} is not set, so {server.name} may run with AWS's defaults. {ADVICE}"
    elif not _is_of_the_stack(server, stack):
        named = known_at(server.props, NAME)
        said = "comes from" if named is None else f"is {named}, which is"
        yield (
            f"{NAME} {said} no parameter group of this stack, so no rule has checked what "
            f"{server.name} runs with. {ADVICE}"
        )


def _is_of_a_replication_group(server: Resource) -> bool:
    """Whether a node has the parameters of its replication group, which is judged itself."""
    key = "replicationGroupId"
    return bool(known_at(server.props, key) or server.property_dependencies.get(key))


def _is_of_the_stack(server: Resource, stack: Stack) -> bool:
    """Whether a group has the name, or gives it: a name unknown on either side stands for both."""
    kind = GROUPS[server.resource_type]
    named = known_at(server.props, NAME)
    if isinstance(named, str) and named.startswith("default."):
        return False
    if named and any(known_at(group.props, "name") == named for group in stack.of((kind,))):
        return True
    return any(
        source.resource_type == kind and None in (named, known_at(source.props, "name"))
        for source in server.property_dependencies.get(NAME, ())
    )


PARAMETER_GROUP_ORIGIN = StackRule(
    name="parameter-group-origin",
    title="Databases and caches run with parameter groups of the stack",
    why=(
        "Tuning, audit and encrypted connections are set in parameter groups: AWS's own groups and "
        "those from elsewhere have none of them for certain."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Performance Tuning 1"),
        guide("Performance Tuning 2"),
        guide("Audit Logging 1"),
    ),
    fix="Set parameterGroupName to the name of a parameter group of the same stack.",
    example=Example(
        violates="parameterGroupName: default.postgres14",
        complies="parameterGroupName: <a parameter group of this stack>",
    ),
    resource_types=tuple(GROUPS),
    beside=(DATABASE_PARAMETERS, CACHE_PARAMETERS),
    check=check,
)
