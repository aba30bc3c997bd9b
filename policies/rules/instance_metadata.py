"""Servers give their metadata only to whoever asks with a token (IMDSv2)."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import is_given, mapping, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject servers that answer without a token; one from a launch template has its setting."""
    if not _decides(resource):
        return
    options = value_at(resource.props, "metadataOptions")
    if value_at(options, "httpEndpoint") == "disabled":
        return
    tokens = value_at(options, "httpTokens")
    if tokens != "required":
        yield (
            f"metadataOptions.httpTokens is {tokens or 'not set'}, so a forged request can read "
            "the server's credentials. Set it to required."
        )


def remedy(resource: Resource) -> Mapping[str, object]:
    """Ask for a token, and leave the other options as they are."""
    if not _decides(resource) or not list(check(resource)):
        return {}
    kept = mapping(value_at(resource.props, "metadataOptions"))
    return {"metadataOptions": {**kept, "httpEndpoint": "enabled", "httpTokens": "required"}}


def _decides(resource: Resource) -> bool:
    inherits = resource.resource_type == INSTANCE and is_given(resource.props, "launchTemplate")
    return not inherits or is_given(resource.props, "metadataOptions")


INSTANCE_METADATA = ResourceRule(
    name="instance-metadata",
    title="Servers give metadata only against a token (IMDSv2)",
    why="Without a token a server that can be made to fetch an address gives its credentials away.",
    severity=Severity.HIGH,
    references=(
        guide("Security Hardening"),
        cis("5.6"),
        fsbp("EC2.8"),
        fsbp("EC2.170"),
        pci("2.2.6"),
    ),
    fix="Set metadataOptions.httpTokens to required.",
    example=Example(
        violates="metadataOptions: {httpTokens: optional}",
        complies="metadataOptions: {httpTokens: required}",
    ),
    resource_types=(LAUNCH_TEMPLATE, INSTANCE),
    remedy=remedy,
    check=check,
)
