"""What moto lacks of event subscriptions of RDS: changing one, and that a new one is enabled."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from offline.moto_gaps.gap import Addition, Correction, Method, Moto

CHANGEABLE = {
    "SnsTopicArn": "sns_topic_arn",
    "SourceType": "source_type",
    "EventCategories": "event_categories",
    "Enabled": "enabled",
}
"""Attributes of a subscription, by what the request calls them."""


def modify_event_subscription(response: Moto) -> ActionResult:
    """Change what a subscription is about, but not whose events it takes."""
    subscription = _subscription(response)
    for parameter, attribute in CHANGEABLE.items():
        if parameter in response.params:
            setattr(subscription, attribute, response.params[parameter])
    return ActionResult({"EventSubscription": subscription})


def add_source_identifier_to_subscription(response: Moto) -> ActionResult:
    """Take the events of one more instance."""
    return _with_sources(response, lambda sources, source: [*sources, source])


def remove_source_identifier_from_subscription(response: Moto) -> ActionResult:
    """Take the events of one instance less."""
    return _with_sources(
        response, lambda sources, source: [each for each in sources if each != source]
    )


def _enabled_unless_told(create_event_subscription: Method) -> Method:
    """moto makes subscriptions that are disabled unless the request enables them."""

    @wraps(create_event_subscription)
    def wrapper(backend: Moto, request: dict[str, Any]) -> Any:
        return create_event_subscription(backend, {"enabled": True, **request})

    return wrapper


def _with_sources(response: Moto, change: Callable[[list[str], str], list[str]]) -> ActionResult:
    subscription = _subscription(response)
    source = response.params["SourceIdentifier"]
    subscription.source_ids = change(list(subscription.source_ids), source)
    return ActionResult({"EventSubscription": subscription})


def _subscription(response: Moto) -> Moto:
    [found] = response.backend.describe_event_subscriptions(response.params["SubscriptionName"])
    return found


ADDED: tuple[Addition, ...] = (
    (RDSResponse, modify_event_subscription),
    (RDSResponse, add_source_identifier_to_subscription),
    (RDSResponse, remove_source_identifier_from_subscription),
)

CORRECTED: tuple[Correction, ...] = (
    (RDSBackend, "create_event_subscription", _enabled_unless_told),
)
