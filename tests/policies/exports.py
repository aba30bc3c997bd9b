"""Resources and stacks as `pulumi stack export` writes them."""

from collections.abc import Mapping
from typing import Any

from tests.policies.evaluate import Resource
from tests.policies.factories import bucket


def exported(resource: Resource, **changes: object) -> dict[str, Any]:
    """A resource as an export holds it."""
    prefix = f"urn:pulumi:{resource.stack}::messaging-app"
    buckets = {name: f"{prefix}::{bucket().type}::{name}" for name in ("media",)}
    return {
        "urn": resource.urn,
        "type": resource.type,
        "inputs": dict(resource.properties),
        "outputs": dict(resource.properties),
        "propertyDependencies": {
            key: [buckets[name] for name in names if name in buckets]
            for key, names in resource.depends.items()
        },
        **changes,
    }


def state(*resources: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)}}
