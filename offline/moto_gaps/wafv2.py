"""What moto lacks of AWS WAF."""

from functools import wraps
from typing import Any

from moto.wafv2.models import WAFV2Backend

from offline.moto_gaps.gap import Correction, Method, Moto


def _without_rules_when_none_are_given(update_web_acl: Method) -> Method:
    """moto keeps the rules of an ACL whose update has none; AWS replaces them all."""

    @wraps(update_web_acl)
    def wrapper(
        backend: Moto, name: str, identifier: str, default_action: Any, rules: Any, *rest: Any
    ) -> str:
        token = update_web_acl(backend, name, identifier, default_action, rules, *rest)
        if not rules:
            backend.get_web_acl(None, name, identifier).rules = []
        return token

    return wrapper


CORRECTED: tuple[Correction, ...] = (
    (WAFV2Backend, "update_web_acl", _without_rules_when_none_are_given),
)
