"""Web ACLs, their association and their log, without the SDK's module for them.

The SDK has a class for each depth to which the statements of a rule may nest, thousands in all, and
imports them together: two fifths of what the whole program takes to import. So the resources are
declared here with the properties that the platform sets. The SDK's types are for the type checker.
"""

import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any, cast

import pulumi

if TYPE_CHECKING:
    from pulumi_aws import wafv2


VERSION = metadata.version("pulumi-aws")
"""Of the plugin, where nobody names a provider."""


def camel(value: Any) -> Any:
    """Return rules as the engine takes them: with its names of properties at every depth."""
    if isinstance(value, Mapping):
        given = cast(Mapping[str, Any], value)
        return {_name(name): camel(inner) for name, inner in given.items()}
    if isinstance(value, list):
        return [camel(inner) for inner in cast(list[Any], value)]
    return value


def _name(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _options(opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)


class WebAcl(pulumi.CustomResource):
    """Rules for the requests of one region's load balancers.

    Requests that no rule blocks are let in. The name has at most 128 characters (AWS WAF API,
    CreateWebACL).
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        description: str,
        rules: "Sequence[wafv2.WebAclRuleArgsDict]",
        visibility_config: "wafv2.WebAclVisibilityConfigArgsDict",
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties: dict[str, Any] = {
            "name": name,
            "description": description,
            "scope": "REGIONAL",
            "defaultAction": {"allow": {}},
            "rules": camel(rules),
            "visibilityConfig": camel(visibility_config),
            "tags": tags,
            "arn": None,
        }
        super().__init__("aws:wafv2/webAcl:WebAcl", resource_name, properties, _options(opts))


class WebAclAssociation(pulumi.CustomResource):
    """Puts a web ACL before a load balancer."""

    def __init__(
        self,
        resource_name: str,
        *,
        resource_arn: pulumi.Input[str],
        web_acl_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties = {"resourceArn": resource_arn, "webAclArn": web_acl_arn}
        token = "aws:wafv2/webAclAssociation:WebAclAssociation"  # noqa: S105
        super().__init__(token, resource_name, properties, _options(opts))


class WebAclLoggingConfiguration(pulumi.CustomResource):
    """Where a web ACL writes which requests."""

    def __init__(
        self,
        resource_name: str,
        *,
        resource_arn: pulumi.Input[str],
        log_destination_configs: Sequence[pulumi.Input[str]],
        redacted_fields: "Sequence[wafv2.WebAclLoggingConfigurationRedactedFieldArgsDict]",
        logging_filter: "wafv2.WebAclLoggingConfigurationLoggingFilterArgsDict",
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties = {
            "resourceArn": resource_arn,
            "logDestinationConfigs": log_destination_configs,
            "redactedFields": camel(redacted_fields),
            "loggingFilter": camel(logging_filter),
        }
        token = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"  # noqa: S105
        super().__init__(token, resource_name, properties, _options(opts))
