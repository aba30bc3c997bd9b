"""Roles and users may do what they need, and nothing else."""

import json
import re
from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import entries, is_given, mapping, value_at
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
# AWS managed policies that allow all, or all but the management of users.
TOO_WIDE = ("AdministratorAccess", "PowerUserAccess")

EVERYTHING = re.compile(r"\*+(:\*+)?")
WHOLE_SERVICE = re.compile(r"[a-z0-9-]+:\*+", re.IGNORECASE)


def check(resource: Resource) -> Iterator[str]:
    """Reject rights to everything, and to a whole service on every resource."""
    if resource.resource_type in ATTACHMENTS:
        yield from _attached("policyArn", value_at(resource.props, "policyArn"))
        return
    if resource.resource_type == ROLE:
        for index, arn in enumerate(entries(value_at(resource.props, "managedPolicyArns"))):
            yield from _attached(f"managedPolicyArns[{index}]", arn)
        for index, inline in enumerate(entries(value_at(resource.props, "inlinePolicies"))):
            yield from _granted(f"inlinePolicies[{index}].policy", value_at(inline, "policy"))
        return
    yield from _granted("policy", value_at(resource.props, "policy"))


def _attached(path: str, arn: object) -> Iterator[str]:
    if isinstance(arn, str) and arn.rpartition("/")[2] in TOO_WIDE:
        yield (
            f"{path} is {arn}, which allows nearly everything. Attach a policy that names the "
            "actions and resources that are needed."
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
    elif WHOLE_SERVICE.fullmatch(action) and _is_anywhere(statement):
        yield (
            f"{path} allows all of a service on every resource ({name}: {action}). Name the "
            "actions or the resources that are needed, or confine it by a condition."
        )


def _is_anywhere(statement: object) -> bool:
    confined = is_given(mapping(statement), "Condition")
    return "*" in entries(value_at(statement, "Resource")) and not confined


LEAST_PRIVILEGE = ResourceRule(
    name="least-privilege",
    title="Policies allow neither everything nor a whole service on every resource",
    why="Whoever takes over a server has the rights of its role.",
    severity=Severity.HIGH,
    references=(guide("Security Hardening"), fsbp("IAM.1"), fsbp("IAM.21"), pci("7.2.1")),
    fix="Name the actions and the resources that are needed.",
    example=Example(
        violates='Action: "s3:*", Resource: "*"',
        complies='Action: "s3:GetObject", Resource: "arn:aws:s3:::media/*"',
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(*POLICIES, *ATTACHMENTS, ROLE),
    check=check,
)
