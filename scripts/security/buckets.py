"""Whether buckets are closed to the public, encrypted, versioned, and reached over TLS alone."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from scripts.security.finding import Finding, Severity

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

ABSENT = frozenset(
    {
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchBucketPolicy",
    }
)
"""AWS's ways to say that nothing is configured."""

NOT_OFFERED = frozenset({"NotImplemented", "MethodNotAllowed", "UnsupportedOperation"})
"""What another S3 than Amazon's says of what it does not have."""

KMS = frozenset({"aws:kms", "aws:kms:dsse"})

MAKE_UP = "It is part of the platform: `make up` brings it back."


def scan(s3: "S3Client", bucket: str) -> list[Finding]:
    """Look at the configuration of a bucket.

    Raises:
        ClientError: it is not there, or these credentials may not look.
    """
    s3.head_bucket(Bucket=bucket)
    return [
        finding
        for look in (_public, _encryption, _versioning, _policy)
        for finding in look(s3, bucket)
    ]


def _asked(call: Callable[[], Any], bucket: str) -> tuple[dict[str, Any], list[Finding]]:
    """Return what AWS tells, empty when nothing is configured, and what could not be asked."""
    try:
        return dict(call()), []
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        if code in ABSENT:
            return {}, []
        if code in NOT_OFFERED:
            what = f"{error.operation_name} is not offered by this S3: it was not checked."
            return {}, [_finding("bucket-not-checked", Severity.INFO, bucket, what)]
        raise


def _public(s3: "S3Client", bucket: str) -> Iterator[Finding]:
    told, left_out = _asked(lambda: s3.get_public_access_block(Bucket=bucket), bucket)
    yield from left_out
    blocked = told.get("PublicAccessBlockConfiguration", {})
    open_to = [name for name in BLOCKS if not blocked.get(name)]
    if open_to and not left_out:
        what = f"Public access is not blocked: {', '.join(open_to)}."
        yield _finding("bucket-public", Severity.HIGH, bucket, what)


def _encryption(s3: "S3Client", bucket: str) -> Iterator[Finding]:
    told, left_out = _asked(lambda: s3.get_bucket_encryption(Bucket=bucket), bucket)
    yield from left_out
    rules = told.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    default = [each.get("ApplyServerSideEncryptionByDefault", {}) for each in rules]
    if not any(each.get("SSEAlgorithm") in KMS for each in default) and not left_out:
        what = "Objects are not encrypted with a key of our own (KMS)."
        yield _finding("bucket-encryption", Severity.MEDIUM, bucket, what)


def _versioning(s3: "S3Client", bucket: str) -> Iterator[Finding]:
    told, left_out = _asked(lambda: s3.get_bucket_versioning(Bucket=bucket), bucket)
    yield from left_out
    if told.get("Status") != "Enabled" and not left_out:
        what = "There are no versions: what is overwritten or deleted is gone."
        yield _finding("bucket-versioning", Severity.HIGH, bucket, what)


def _policy(s3: "S3Client", bucket: str) -> Iterator[Finding]:
    told, left_out = _asked(lambda: s3.get_bucket_policy(Bucket=bucket), bucket)
    yield from left_out
    statements = _list(json.loads(told.get("Policy", "{}")).get("Statement", []))
    if not any(_denies_plain_http(each) for each in statements) and not left_out:
        what = "Its policy does not refuse requests without TLS (aws:SecureTransport)."
        yield _finding("bucket-tls", Severity.HIGH, bucket, what)
    if any(_allows_everybody(each) for each in statements):
        what = "Its policy allows everybody something, without a condition."
        yield _finding("bucket-policy-public", Severity.CRITICAL, bucket, what)


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return (
        statement.get("Effect") == "Deny"
        and str(condition).lower() == "false"
        and _is_everybody(statement.get("Principal"))
        and bool({"*", "s3:*"} & set(_list(statement.get("Action"))))
    )


def _allows_everybody(statement: dict[str, Any]) -> bool:
    return (
        statement.get("Effect") == "Allow"
        and _is_everybody(statement.get("Principal"))
        and not statement.get("Condition")
    )


def _is_everybody(principal: Any) -> bool:
    return principal == "*" or (
        isinstance(principal, dict) and "*" in _list(principal.get("AWS"))  # pyright: ignore
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore


def _finding(rule: str, severity: Severity, bucket: str, what: str) -> Finding:
    where = f"s3://{bucket}"
    return Finding(rule=rule, severity=severity, where=where, what=what, remedy=MAKE_UP)
