"""What moto lacks of S3."""

import json
from functools import wraps
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from offline.moto_gaps.gap import Addition, Correction, Method, Moto


def get_permission(bucket: Moto, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy says; statements with conditions are left out.

    moto evaluates none of the conditions and then denies, so that a bucket which denies plain HTTP
    would take no object at all.
    """
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(bucket.policy)
    statements = [each for each in document["Statement"] if "Condition" not in each]
    policy = IAMPolicy(json.dumps({**document, "Statement": statements}))
    return policy.is_action_permitted(action, resource)


def dispose(marker: Moto) -> None:
    """Let go of a marker's contents, of which there are none; moto asks it as it asks objects."""


def get_bucket_replication(response: Moto) -> Any:
    """The replication rules as they were given; moto tells the same filter for all of them."""
    response.data["Action"] = "GetBucketReplication"
    given: dict[str, Any] = response.backend.get_bucket_replication(response.bucket_name)
    if not given:
        raise ReplicationConfigurationNotFoundError(bucket_name=response.bucket_name)
    # An empty XML element is parsed as None.
    given_rules: list[dict[str, Any]] = given["Rule"]
    empty: dict[str, Any] = {}
    rules = [{k: empty if v is None else v for k, v in rule.items()} for rule in given_rules]
    told = {"ReplicationConfiguration": {"Role": given["Role"], "Rules": rules}}
    return response.serialized(ActionResult(told))


def _with_locks_that_change(put_object_lock_configuration: Method) -> Method:
    """moto changes the lock of empty buckets only; AWS that of any bucket which was made for it."""

    @wraps(put_object_lock_configuration)
    def wrapper(  # noqa: PLR0917 (moto's own order)
        backend: Moto,
        bucket_name: str,
        lock_enabled: bool,
        mode: str | None = None,
        days: int | None = None,
        years: int | None = None,
    ) -> None:
        bucket = backend.get_bucket(bucket_name)
        if not bucket.object_lock_enabled:
            put_object_lock_configuration(backend, bucket_name, lock_enabled, mode, days, years)
        bucket.default_lock_mode = mode
        bucket.default_lock_days, bucket.default_lock_years = days, years

    return wrapper


def _with_statements_for_everybody(log_permissions: Method) -> Any:
    """moto cannot read a policy of the bucket for logs that has a statement for everybody."""

    def wrapper(target_bucket: Moto, target_prefix: str | None) -> bool:
        if not target_bucket.policy:
            return False
        document = json.loads(target_bucket.policy)
        statements = [each for each in document["Statement"] if each["Principal"] != "*"]
        shown = SimpleNamespace(
            policy=json.dumps({**document, "Statement": statements}).encode(),
            name=target_bucket.name,
            partition=target_bucket.partition,
        )
        return log_permissions(shown, target_prefix)

    return staticmethod(wrapper)


ADDED: tuple[Addition, ...] = (
    (FakeBucket, get_permission),
    (FakeDeleteMarker, dispose),
    (S3Response, get_bucket_replication),
)
CORRECTED: tuple[Correction, ...] = (
    (S3Backend, "put_object_lock_configuration", _with_locks_that_change),
    (FakeBucket, "_log_permissions_enabled_policy", _with_statements_for_everybody),
)
