"""What the `ops` command can ask of AWS, found in its source, as actions of IAM."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name
from botocore.model import ServiceModel

SCRIPTS = Path(__file__).parents[3] / "scripts"

OF_ITS_OWN = ("drill",)
"""Folders whose account is an emulated one that they start themselves."""

S3_ACTIONS = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectsV2": "ListBucket",
    "UploadPart": "PutObject",
}
"""Operations of S3 that need an action of another name (AWS: Actions for Amazon S3)."""

TRANSFERS = {
    "copy": ("s3:GetObject", "s3:PutObject"),
    "download_file": ("s3:GetObject",),
    "download_fileobj": ("s3:GetObject",),
    "upload_file": ("s3:PutObject",),
    "upload_fileobj": ("s3:PutObject",),
}
"""Methods that boto3 adds to clients of S3."""


def actions_of_ops() -> set[str]:
    """Return every action that some command may need."""
    sources = [
        path.read_text(encoding="utf-8")
        for path in SCRIPTS.rglob("*.py")
        if path.relative_to(SCRIPTS).parts[0] not in OF_ITS_OWN
    ]
    services = frozenset(name for source in sources for name in services_in(source))
    return {action for source in sources for action in actions_in(source, services)}


def services_in(source: str) -> Iterator[str]:
    """Yield the services that a module makes clients of: `….client("ec2")`, `plain(…, "rds")`."""
    for call in _calls(source):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"client", "plain"}:
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def actions_in(source: str, services: frozenset[str]) -> Iterator[str]:
    """Yield the actions that the calls in a module need.

    A call counts by its name alone, whatever it is a method of: rather too many than too few.
    """
    for call in _calls(source):
        if not isinstance(call.func, ast.Attribute):
            continue
        name, on = call.func.attr, ast.unparse(call.func.value)
        if name in {"get_paginator", "get_waiter"}:
            [operation] = call.args
            assert isinstance(operation, ast.Constant), ast.unparse(call)
            name = str(operation.value)
        if name in TRANSFERS and on.endswith("client"):
            yield from TRANSFERS[name]
        yield from (table[name] for table in map(_operations, services) if name in table)


@cache
def _operations(service: str) -> dict[str, str]:
    """Return method of a client → the action that it needs."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): action_of(model, name) for name in model.operation_names}


def action_of(model: ServiceModel, operation: str) -> str:
    """Return the action of IAM that an operation of a service needs."""
    names = S3_ACTIONS if model.service_name == "s3" else {}
    return f"{model.signing_name}:{names.get(operation, operation)}"


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
