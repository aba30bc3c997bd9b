"""What moto lacks of Lambda."""

from functools import wraps
from typing import Any

from moto.awslambda.models import LambdaFunction

from offline.moto_gaps.gap import Correction, Method, Moto

NOT_RUN = '{"errorMessage": "the emulated Lambda stores functions and runs none"}'


def _with_the_key(update_configuration: Method) -> Method:
    """moto leaves a function's key as it was."""

    @wraps(update_configuration)
    def wrapper(function: Moto, changes: dict[str, Any]) -> Any:
        function.kms_key_arn = changes.get("KMSKeyArn", function.kms_key_arn)
        return update_configuration(function, changes)

    return wrapper


def _with_the_architectures(update_function_code: Method) -> Method:
    """moto leaves a function's processor as it was."""

    @wraps(update_function_code)
    def wrapper(function: Moto, changes: dict[str, Any]) -> Any:
        function.architectures = changes.get("Architectures", function.architectures)
        return update_function_code(function, changes)

    return wrapper


def _without_docker(invoke: Method) -> Method:
    """moto would pull an image and wait for a container, with all of AWS at a standstill."""

    @wraps(invoke)
    def wrapper(function: Moto, event: str | None = None) -> tuple[str, bool, str]:
        return NOT_RUN, True, ""

    return wrapper


CORRECTED: tuple[Correction, ...] = (
    (LambdaFunction, "update_configuration", _with_the_key),
    (LambdaFunction, "update_function_code", _with_the_architectures),
    (LambdaFunction, "_invoke_lambda", _without_docker),
)
