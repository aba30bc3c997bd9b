"""AWS WAF: web ACLs, what they guard, and where they log."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope
from offline.provider.template import render
from offline.provider.values import is_list, is_map

GONE = ("WAFNonexistentItemException",)

IRREGULAR = {
    "arn": "ARN",
    "cloudwatchMetricsEnabled": "CloudWatchMetricsEnabled",
    "ipSetReferenceStatement": "IPSetReferenceStatement",
    "ipSetForwardedIpConfig": "IPSetForwardedIPConfig",
    "forwardedIpConfig": "ForwardedIPConfig",
}


def _to_api(value: Any) -> Any:
    return pascal(value, irregular=IRREGULAR)


def _from_api(value: Any) -> Any:
    return camel(_cleared(value), irregular=IRREGULAR)


def _cleared(value: Any) -> Any:
    """moto tells the parts that a rule does not have, and boto3 gives search strings as bytes."""
    if is_map(value):
        return {k: _cleared(v) for k, v in value.items() if v is not None}
    if is_list(value):
        return [_cleared(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


def _scope(arn: str) -> str:
    """The last part of an ARN begins with it: `regional/webacl/…`, or `global/…`."""
    return "REGIONAL" if arn.split(":")[5].startswith("regional/") else "CLOUDFRONT"


WHICH = {"Name": K("name"), "Scope": K("scope"), "Id": ID}
CONTENTS: Mapping[str, Any] = {
    # AWS takes no empty description; without one it forgets the old one.
    "Description": P("description"),
    "DefaultAction": P("defaultAction", _to_api),
    "Rules": P("rules", _to_api, default=[]),
    "VisibilityConfig": P("visibilityConfig", _to_api),
}


def _with_lock(client: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """AWS wants proof that whoever changes an ACL has seen how it is now."""
    return {**request, "LockToken": invoke(client, "get_web_acl", request)["LockToken"]}


def _update_acl(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    request = {**_with_lock(client, render(WHICH, new)), **render(CONTENTS, new)}
    invoke(client, "update_web_acl", request)
    return {}


def _delete_acl(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    invoke(client, "delete_web_acl", _with_lock(client, render(WHICH, new)))
    return {}


WEB_ACL = Resource(
    token="aws:wafv2/webAcl:WebAcl",
    service="wafv2",
    create=Call(
        "create_web_acl",
        {"Name": P("name"), "Scope": P("scope"), **CONTENTS, "Tags": P("tags", tag_list)},
        returns={"id": "Summary.Id", "arn": "Summary.ARN"},
    ),
    auto_name=AutoName(max_length=128),
    update=(
        Run(
            _update_acl,
            uses=(
                P("description"),
                P("defaultAction"),
                P("rules", default=[]),
                P("visibilityConfig"),
            ),
        ),
        retag("tag_resource", "untag_resource", {"ResourceARN": K("arn")}),
    ),
    read=(
        Read(
            "get_web_acl",
            WHICH,
            "WebACL",
            {
                "arn": "ARN",
                "name": "Name",
                "scope": From("ARN", _scope),
                "description": "Description",
                "defaultAction": From("DefaultAction", _from_api),
                "rules": From("Rules", _from_api),
                "visibilityConfig": From("VisibilityConfig", _from_api),
                "capacity": "Capacity",
            },
        ),
        Read(
            "list_tags_for_resource",
            {"ResourceARN": K("arn")},
            "TagInfoForResource",
            {"tags": From("TagList", tag_map)},
        ),
    ),
    delete=(Run(_delete_acl),),
    gone=GONE,
)

ASSOCIATION = Resource(
    token="aws:wafv2/webAclAssociation:WebAclAssociation",
    service="wafv2",
    create=Call(
        "associate_web_acl", {"WebACLArn": P("webAclArn"), "ResourceArn": P("resourceArn")}
    ),
    id="{webAclArn},{resourceArn}",
    # A load balancer has one ACL at a time.
    delete_before_replace=True,
    read=(
        Read(
            "get_web_acl_for_resource",
            {"ResourceArn": K("resourceArn")},
            "WebACL",
            {"webAclArn": "ARN"},
        ),
    ),
    delete=(Call("disassociate_web_acl", {"ResourceArn": K("resourceArn")}),),
    gone=GONE,
)

PUT_LOGGING = Call(
    "put_logging_configuration",
    {
        "LoggingConfiguration": {
            "ResourceArn": P("resourceArn", replaces=True),
            "LogDestinationConfigs": P("logDestinationConfigs"),
            "RedactedFields": P("redactedFields", _to_api),
            "LoggingFilter": P("loggingFilter", _to_api),
        }
    },
)

LOGGING = Resource(
    token="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    service="wafv2",
    create=PUT_LOGGING,
    id="{resourceArn}",
    update=(PUT_LOGGING,),
    delete_before_replace=True,
    read=(
        Read(
            "get_logging_configuration",
            {"ResourceArn": ID},
            "LoggingConfiguration",
            {
                "resourceArn": "ResourceArn",
                "logDestinationConfigs": "LogDestinationConfigs",
                "redactedFields": From("RedactedFields", _from_api),
                "loggingFilter": From("LoggingFilter", _from_api),
            },
        ),
    ),
    delete=(Call("delete_logging_configuration", {"ResourceArn": ID}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (WEB_ACL, ASSOCIATION, LOGGING)
