"""Who may do what with a bucket, whatever IAM policies say."""

from collections.abc import Mapping
from typing import Any

from components.identity import Identity

Statement = dict[str, Any]

SERVER_ACCESS_PREFIX = "s3/"
ACCESS_LOG_PREFIX = "load-balancer/access"
CONNECTION_LOG_PREFIX = "load-balancer/connections"
"""Where each kind of log stands in the bucket for logs; a balancer's prefix has no final slash."""


def bucket_policy(
    bucket_arn: str, kms_key_arn: str | None, statements: list[Statement]
) -> dict[str, Any]:
    """What holds for every bucket, and the `statements` that this one has besides."""
    own_key = _own_key_only(bucket_arn, kms_key_arn) if kms_key_arn else []
    return {
        "Version": "2012-10-17",
        "Statement": [*_modern_tls_only(bucket_arn), *own_key, *statements],
    }


def _modern_tls_only(bucket_arn: str) -> list[Statement]:
    """Guide, SSL Configuration: TLS 1.2 and 1.3, for the platform's storage as well."""
    everything = {"Action": "s3:*", "Resource": [bucket_arn, f"{bucket_arn}/*"]}
    return [
        _deny("TlsOnly", {"Bool": {"aws:SecureTransport": "false"}}, everything),
        _deny("ModernTlsOnly", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}, everything),
    ]


def _own_key_only(bucket_arn: str, kms_key_arn: str) -> list[Statement]:
    """Whoever asks for an encryption gets this one. Who asks for none gets it by default."""
    upload = {"Action": "s3:PutObject", "Resource": f"{bucket_arn}/*"}
    method = "s3:x-amz-server-side-encryption"
    key = f"{method}-aws-kms-key-id"
    other_method = {"StringNotEquals": {method: "aws:kms"}, "Null": {method: "false"}}
    other_key = {"StringNotEquals": {key: kms_key_arn}, "Null": {key: "false"}}
    # To S3, KMS without a key is not the bucket's key but that of the service.
    no_key = {"StringEquals": {method: "aws:kms"}, "Null": {key: "true"}}
    return [
        _deny("EncryptedByKmsOnly", other_method, upload),
        _deny("OwnKeyOnly", other_key, upload),
        _deny("NamedKeyOnly", no_key, upload),
    ]


def locked(bucket_arn: str) -> list[Statement]:
    """Let nobody delete what is locked, not even those whose IAM policies would."""
    bypass = {"Action": "s3:BypassGovernanceRetention", "Resource": f"{bucket_arn}/*"}
    return [_deny("LockedUntilItsDay", {}, bypass)]


def log_delivery(bucket_arn: str, *, identity: Identity, account_id: str) -> list[Statement]:
    """Let S3 and Elastic Load Balancing deliver their logs to this bucket.

    The load balancers' service is allowed everywhere, in place of an account of AWS in each
    region (AWS: Access logs for your Application Load Balancer, bucket policy). It names no
    source, but it writes nowhere except below the account that owns the load balancer.
    """
    # A condition on the buckets themselves would need them before the bucket that they log to.
    sources = f"arn:aws:s3:::{identity.project}-{identity.environment}-*"
    from_our_buckets = {
        "StringEquals": {"aws:SourceAccount": account_id},
        "ArnLike": {"aws:SourceArn": sources},
    }
    of_our_balancers = [
        f"{bucket_arn}/{prefix}/AWSLogs/{account_id}/*"
        for prefix in (ACCESS_LOG_PREFIX, CONNECTION_LOG_PREFIX)
    ]
    return [
        {
            "Sid": "ServerAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn}/{SERVER_ACCESS_PREFIX}*",
            "Condition": from_our_buckets,
        },
        {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": of_our_balancers,
        },
    ]


def _deny(sid: str, condition: Mapping[str, Any], what: Mapping[str, Any]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": "*",
        **what,
        **({"Condition": condition} if condition else {}),
    }
