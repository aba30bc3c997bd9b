"""What an application load balancer listens on, and the rules by which it routes."""

import re
from collections.abc import Mapping
from typing import Any

from offline.aws.elbv2 import READ_TAGS, RETAG, attribute, told_attribute
from offline.provider.convert import boolean, camel, pascal, tag_list
from offline.provider.table import ID, Call, From, P, Read, Resource, When

CONFIGURED_ACTIONS = {"redirect": "RedirectConfig", "fixedResponse": "FixedResponseConfig"}


def _actions(given: list[dict[str, Any]]) -> Any:
    """The API refuses by name what has no place in an action."""
    return [
        {CONFIGURED_ACTIONS.get(key, pascal_key): value for key, pascal_key, value in _items(each)}
        for each in given
    ]


def _items(action: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    return [(key, key[:1].upper() + key[1:], pascal(value)) for key, value in action.items()]


def _told_actions(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {config: name for name, config in CONFIGURED_ACTIONS.items()}
    return [
        {names.get(key, key[:1].lower() + key[1:]): camel(value) for key, value in each.items()}
        for each in told
    ]


LISTENER_REQUEST: Mapping[str, Any] = {
    "Port": P("port"),
    "Protocol": P("protocol"),
    "SslPolicy": P("sslPolicy"),
    "Certificates": When("certificateArn", [{"CertificateArn": P("certificateArn")}]),
    "DefaultActions": P("defaultActions", _actions),
}

RESPONSE = "routing.http.response"
SERVER = ("routingHttpResponseServerEnabled", f"{RESPONSE}.server.enabled")
RESPONSE_HEADERS: Mapping[str, str] = {
    f"routingHttpResponse{ours}HeaderValue": f"{RESPONSE}.{api}.header_value"
    for ours, api in {
        "StrictTransportSecurity": "strict_transport_security",
        "XContentTypeOptions": "x_content_type_options",
        "XFrameOptions": "x_frame_options",
        "ContentSecurityPolicy": "content_security_policy",
    }.items()
}

LISTENER = Resource(
    token="aws:lb/listener:Listener",
    service="elbv2",
    create=Call(
        "create_listener",
        {
            "LoadBalancerArn": P("loadBalancerArn"),
            **LISTENER_REQUEST,
            "Tags": P("tags", tag_list),
        },
        returns={"id": "Listeners[0].ListenerArn"},
    ),
    configure=(
        Call(
            "modify_listener_attributes",
            {
                "ListenerArn": ID,
                "Attributes": [
                    attribute(SERVER[1], SERVER[0], True),
                    *(attribute(api, ours, "") for ours, api in RESPONSE_HEADERS.items()),
                ],
            },
        ),
    ),
    update=(Call("modify_listener", {"ListenerArn": ID, **LISTENER_REQUEST}), RETAG),
    read=(
        Read(
            "describe_listeners",
            {"ListenerArns": [ID]},
            "Listeners[0]",
            {
                "arn": "ListenerArn",
                "loadBalancerArn": "LoadBalancerArn",
                "port": "Port",
                "protocol": "Protocol",
                "sslPolicy": "SslPolicy",
                "certificateArn": "Certificates[0].CertificateArn",
                "defaultActions": From("DefaultActions", _told_actions),
            },
        ),
        Read(
            "describe_listener_attributes",
            {"ListenerArn": ID},
            "Attributes",
            {
                SERVER[0]: told_attribute(SERVER[1], boolean),
                **{ours: told_attribute(api, str) for ours, api in RESPONSE_HEADERS.items()},
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_listener", {"ListenerArn": ID}),),
    gone=("ListenerNotFound", "LoadBalancerNotFound"),
)


def _conditions(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`{"pathPattern": …}` → `{"Field": "path-pattern", "PathPatternConfig": …}`."""
    return [
        {
            "Field": re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name),
            f"{name[:1].upper()}{name[1:]}Config": pascal(value),
        }
        for each in given
        for name, value in each.items()
    ]


def _told_conditions(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {f"{key[:1].lower()}{key[1:].removesuffix('Config')}": camel(value)}
        for each in told
        for key, value in each.items()
        if key.endswith("Config")
    ]


RULE_REQUEST: Mapping[str, Any] = {
    "Conditions": P("conditions", _conditions),
    "Actions": P("actions", _actions),
}

LISTENER_RULE = Resource(
    token="aws:lb/listenerRule:ListenerRule",
    service="elbv2",
    create=Call(
        "create_rule",
        {
            "ListenerArn": P("listenerArn"),
            "Priority": P("priority"),
            **RULE_REQUEST,
            "Tags": P("tags", tag_list),
        },
        returns={"id": "Rules[0].RuleArn"},
    ),
    update=(
        Call("modify_rule", {"RuleArn": ID, **RULE_REQUEST}),
        Call(
            "set_rule_priorities",
            {"RulePriorities": [{"RuleArn": ID, "Priority": P("priority")}]},
        ),
        RETAG,
    ),
    read=(
        Read(
            "describe_rules",
            {"RuleArns": [ID]},
            "Rules[0]",
            {
                "arn": "RuleArn",
                # The rule's ARN without its last part names the listener.
                "listenerArn": From(
                    "RuleArn",
                    lambda arn: arn.rpartition("/")[0].replace(":listener-rule/", ":listener/"),
                ),
                "priority": From("Priority", int),
                "conditions": From("Conditions", _told_conditions),
                "actions": From("Actions", _told_actions),
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_rule", {"RuleArn": ID}),),
    gone=("RuleNotFound", "ListenerNotFound", "LoadBalancerNotFound"),
)

RESOURCES: tuple[Resource, ...] = (LISTENER, LISTENER_RULE)
