"""Rules of a listener answer nothing in plain text that the listener itself would redirect."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.listeners import LISTENER_RULES, LISTENERS, PLAIN, only_redirects
from evaluation.properties import known_at, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule

FIX = "Give the rule to the HTTPS listener, or let all its actions redirect to HTTPS."


def check(rule: Resource, stack: Stack) -> Iterator[str]:
    """Reject rules that answer, on listeners of plain HTTP and on those that no rule has read."""
    if only_redirects(value_at(rule.props, "actions")):
        return
    listeners = _listeners(rule, stack)
    if not listeners:
        yield (
            "the listener of listenerArn is not of this stack, so it may speak plain HTTP. Use a "
            "listener of this stack, or let all actions of the rule redirect to HTTPS."
        )
    for listener in listeners:
        if value_at(listener.props, "protocol") in PLAIN:
            yield (
                f"the rule answers plain HTTP on listener {listener.name}, which anybody on the "
                f"way can read. {FIX}"
            )


def _listeners(rule: Resource, stack: Stack) -> list[Resource]:
    """The listeners that have the ARN; where that is unknown on either side, those it is from."""
    named = known_at(rule.props, "listenerArn")
    known = [each for each in stack.of(LISTENERS) if known_at(each.props, "arn") == named]
    if named is not None and known:
        return known
    return [
        source
        for source in rule.property_dependencies.get("listenerArn", ())
        if source.resource_type in LISTENERS and None in (named, known_at(source.props, "arn"))
    ]


LISTENER_RULE_ENCRYPTION = StackRule(
    name="listener-rule-encryption",
    title="Rules of HTTP listeners only redirect to HTTPS",
    why="A rule goes before the redirect of its listener, and serves plain text where it matches.",
    severity=Severity.HIGH,
    references=(guide("Security Hardening 2"), fsbp("ELB.1"), pci("4.2.1")),
    fix=FIX,
    example=Example(
        violates="a ListenerRule that forwards, of a Listener with protocol: HTTP",
        complies="a ListenerRule that forwards, of a Listener with protocol: HTTPS",
    ),
    resource_types=LISTENER_RULES,
    beside=LISTENERS,
    check=check,
)
