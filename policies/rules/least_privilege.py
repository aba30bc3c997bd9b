"""Roles and users may do what they need, and nothing else."""

import json
import re
from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import entries, mapping, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

POLICIES = (
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
)
ROLE = "aws:iam/role:Role"
ATTACHMENTS = (
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
)
EXCLUSIVE_ATTACHMENTS = (
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
)
# AWS managed policies that allow all, or all but the management of users.
TOO_WIDE = ("AdministratorAccess", "PowerUserAccess")
# AWS managed policies that allow all of a service, such as AWSLambda_FullAccess.
FULL_ACCESS = re.compile(r"arn:[a-z-]+:iam::aws:policy/.*FullAccess.*")

# IAM reads `?` as any one character, so `iam:?*` is as wide as `iam:*`.
EVERYTHING = re.compile(r"[*?]+(:[*?]+)?")
WHOLE_SERVICE = re.compile(r"[^:]+:[*?]+")

# IAM, "Controlling access to AWS resources using tags": what an identity policy can ask of the
# resource itself, as a global key and as that of a service (`ec2:ResourceTag/Role`). Other keys are
# about the caller, who has them anyway, or about the request, which the caller writes.
RESOURCE_TAG = re.compile(r"[a-z0-9-]+:resourcetag/.+", re.IGNORECASE)


def check(resource: Resource) -> Iterator[str]:
    """Reject rights to everything, and to a whole service.

    FSBP IAM.21 rejects a whole service whatever the resource. The pack lets it pass where a
    condition asks for a tag of the resource, for that leaves no more than what carries the tag.
    """
    if resource.resource_type in ATTACHMENTS:
        yield from _attached("policyArn", value_at(resource.props, "policyArn"))
        return
    if resource.resource_type in EXCLUSIVE_ATTACHMENTS:
        for index, arn in enumerate(entries(value_at(resource.props, "policyArns"))):
            yield from _attached(f"policyArns[{index}]", arn)
        return
    if resource.resource_type == ROLE:
        for index, arn in enumerate(entries(value_at(resource.props, "managedPolicyArns"))):
            yield from _attached(f"managedPolicyArns[{index}]", arn)
        for index, inline in enumerate(entries(value_at(resource.props, "inlinePolicies"))):
            yield from _granted(f"inlinePolicies[{index}].policy", value_at(inline, "policy"))
        return
    yield from _granted("policy", value_at(resource.props, "policy"))


def _attached(path: str, arn: object) -> Iterator[str]:
    if not isinstance(arn, str):
        return
    if arn.rpartition("/")[2] in TOO_WIDE:
        allowed = "nearly everything"
    elif FULL_ACCESS.fullmatch(arn):
        allowed = "all of a service"
    else:
        return
    yield (
        f"{path} is {arn}, which allows {allowed}. Attach a policy that names the actions and "
        "resources that are needed."
    )


def _granted(path: str, policy: object) -> Iterator[str]:
    try:
        document: object = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        yield f"{path} is no JSON, so it does not tell what it allows. Make it a JSON document."
        return
    for index, statement in enumerate(entries(value_at(document, "Statement"))):
        if value_at(statement, "Effect") != "Allow":
            continue
        name = str(value_at(statement, "Sid") or f"Statement[{index}]")
        if value_at(statement, "NotAction") is not None:
            yield (
                f"{path} allows whatever it does not name ({name}: NotAction). Name the actions "
                "that are needed."
            )
        for action in entries(value_at(statement, "Action")):
            yield from _wide(path, name, statement, action)


def _wide(path: str, name: str, statement: object, action: object) -> Iterator[str]:
    if not isinstance(action, str):
        return
    if EVERYTHING.fullmatch(action):
        yield f"{path} allows everything ({name}: {action}). Name the actions that are needed."
    elif WHOLE_SERVICE.fullmatch(action) and not _is_confined(statement):
        yield (
            f"{path} allows all of a service ({name}: {action}). Name the actions that are needed, "
            "or confine them by a condition on a tag of the resource (StringEquals, "
            "aws:ResourceTag/…)."
        )


def _is_confined(statement: object) -> bool:
    """Whether a tag of the resource has to have a certain value."""
    equals = mapping(value_at(statement, "Condition", "StringEquals"))
    return any(RESOURCE_TAG.fullmatch(key) for key in equals)


LEAST_PRIVILEGE = ResourceRule(
    name="least-privilege",
    title="Policies allow neither everything nor a whole service",
    why="Whoever takes over a server has the rights of its role.",
    severity=Severity.HIGH,
    references=(guide("Security Hardening"), fsbp("IAM.1"), fsbp("IAM.21"), pci("7.2.1")),
    fix="Name the actions and the resources that are needed.",
    example=Example(
        violates='Action: "s3:*", Resource: "arn:aws:s3:::media/*"',
        complies='Action: "s3:GetObject", Resource: "arn:aws:s3:::media/*"',
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(*POLICIES, *ATTACHMENTS, *EXCLUSIVE_ATTACHMENTS, ROLE),
    check=check,
)
