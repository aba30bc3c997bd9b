"""What moto lacks of GuardDuty."""

from functools import wraps
from typing import Any

from moto.guardduty.models import Detector

from offline.moto_gaps.gap import Correction, Method, Moto


def _keeping_other_features(update: Method) -> Method:
    """moto forgets the features of a detector that a change does not name."""

    @wraps(update)
    def wrapper(detector: Moto, enable: Any, frequency: Any, sources: Any, features: Any) -> None:
        before: list[dict[str, Any]] = detector.features
        update(detector, enable, frequency, sources, None)
        changed: list[dict[str, Any]] = features or []
        named = {feature["name"] for feature in changed}
        kept = [feature for feature in before if feature["name"] not in named]
        detector.features = [*kept, *changed]

    return wrapper


CORRECTED: tuple[Correction, ...] = ((Detector, "update", _keeping_other_features),)
