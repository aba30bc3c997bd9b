"""Listeners of load balancers, and the rules that they have."""

from evaluation.properties import entries, value_at

# The SDK names both twice; both names make the same thing.
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
LISTENER_RULES = ("aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule")

PLAIN = ("HTTP", None)
"""Protocols that anybody on the way can read."""


def only_redirects(actions: object) -> bool:
    """Whether all that a listener or a rule does is to send clients to HTTPS."""
    given = entries(actions)
    return bool(given) and all(
        value_at(action, "type") == "redirect"
        and value_at(action, "redirect", "protocol") == "HTTPS"
        for action in given
    )
