"""Rules that answer in plain text are rejected."""

from dataclasses import replace

import pytest

from evaluation.listeners import LISTENER_RULES, LISTENERS
from rules.listener_rule_encryption import LISTENER_RULE_ENCRYPTION
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations
from tests.policies.factories import listener, listener_rule, with_properties

HTTPS = listener()
HTTP = replace(listener(protocol="HTTP"), name="http")
RULE = listener_rule()
PLAIN_RULE = replace(RULE, depends={"listenerArn": ["http"]})
REDIRECT = {"type": "redirect", "redirect": {"protocol": "HTTPS"}}
FIXED = {"type": "fixed-response", "fixedResponse": {"statusCode": "200"}}
PLAIN = (
    "the rule answers plain HTTP on listener http, which anybody on the way can read. Give the "
    "rule to the HTTPS listener, or let all its actions redirect to HTTPS."
)
FOREIGN = (
    "the listener of listenerArn is not of this stack, so it may speak plain HTTP. Use a listener "
    "of this stack, or let all actions of the rule redirect to HTTPS."
)


def found(rule: Resource, *listeners: Resource) -> list[str]:
    told = stack_violations(LISTENER_RULE_ENCRYPTION, [rule, *listeners])
    assert all(urn == rule.urn for _, urn in told)
    return [message for message, _ in told]


def test_a_rule_of_an_encrypted_listener_may_forward() -> None:
    assert found(RULE, HTTPS, HTTP) == []


def test_a_rule_of_a_plain_listener_may_redirect() -> None:
    assert found(with_properties(PLAIN_RULE, {"actions": [REDIRECT]}), HTTP) == []


@pytest.mark.parametrize("actions", [RULE.properties["actions"], [FIXED], [REDIRECT, FIXED], []])
def test_a_rule_of_a_plain_listener_that_answers_is_rejected(actions: object) -> None:
    assert found(with_properties(PLAIN_RULE, {"actions": actions}), HTTPS, HTTP) == [PLAIN]


def test_a_listener_without_a_protocol_speaks_plain_http() -> None:
    assert found(PLAIN_RULE, with_properties(HTTP, {"protocol": None})) == [PLAIN]


@pytest.mark.parametrize("rule_type", LISTENER_RULES)
@pytest.mark.parametrize("listener_type", LISTENERS)
def test_both_names_of_each_are_read(rule_type: str, listener_type: str) -> None:
    rule, plain = replace(PLAIN_RULE, type=rule_type), replace(HTTP, type=listener_type)
    assert found(rule, plain) == [PLAIN]


def test_a_listener_is_known_by_its_arn_as_well() -> None:
    arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/a/1/2"
    named = replace(with_properties(RULE, {"listenerArn": arn}), depends={})
    https = with_properties(HTTPS, {"arn": f"{arn}3"})
    assert found(named, https, with_properties(HTTP, {"arn": arn})) == [PLAIN]
    assert found(named, https) == [FOREIGN]


def test_an_arn_that_comes_from_a_listener_but_names_another_one_is_not_of_it() -> None:
    named = with_properties(RULE, {"listenerArn": "arn:of-another"})
    assert found(named, with_properties(HTTPS, {"arn": "arn:ours"})) == [FOREIGN]


@pytest.mark.parametrize("arn", [None, UNKNOWN])
def test_a_rule_of_a_listener_from_elsewhere_is_rejected(arn: object) -> None:
    foreign = replace(with_properties(RULE, {"listenerArn": arn}), depends={})
    assert found(foreign, HTTPS) == [FOREIGN]


def test_a_protocol_unknown_at_preview_is_rejected() -> None:
    (message,) = found(PLAIN_RULE, with_properties(HTTP, {"protocol": UNKNOWN}))
    assert message.startswith("protocol is not known yet at preview")
