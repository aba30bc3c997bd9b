"""Load balancers are not deleted by mistake."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import fsbp
from evaluation.resource_types import LOAD_BALANCERS
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for protection, of every kind of load balancer."""
    if not is_true(value_at(resource.props, "enableDeletionProtection")):
        yield (
            "enableDeletionProtection is not true, so one command deletes the load balancer and "
            "cuts everybody off. Set it to true."
        )


LOAD_BALANCER_PROTECTION = ResourceRule(
    name="load-balancer-protection",
    title="Load balancers are protected from deletion",
    why="Every connection ends with its load balancer, and one made anew has another address.",
    severity=Severity.MEDIUM,
    references=(fsbp("ELB.6"),),
    fix="Set enableDeletionProtection to true.",
    example=Example(
        violates="enableDeletionProtection: false", complies="enableDeletionProtection: true"
    ),
    resource_types=LOAD_BALANCERS,
    check=check,
)
