"""What moto lacks of Secrets Manager."""

import time
from functools import wraps
from typing import Any

from moto.awslambda.utils import get_backend
from moto.core.exceptions import JsonRESTError
from moto.moto_api._internal import mock_random
from moto.secretsmanager.exceptions import InvalidRequestException, ResourceNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from offline.moto_gaps.gap import Correction, Method, Moto

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


def _as_rotation_begins(_: Method) -> Method:
    """moto forgets the schedule, and calls the function itself, which runs nowhere.

    AWS attaches `AWSPENDING` to a version that is still empty, and calls the function later; here
    nobody does, so the rotation is left pending until its steps are run by hand.
    """

    def rotate_secret(
        backend: Moto,
        *,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,
    ) -> str:
        secret = backend.describe_secret(secret_id)
        function = rotation_lambda_arn or secret.rotation_lambda_arn
        _must_exist(backend, function)
        stages = [version["version_stages"] for version in secret.versions.values()]
        if any(PENDING in each and CURRENT not in each for each in stages):
            raise InvalidRequestException("A previous rotation isn't complete.")
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = function
        secret.rotation_rules = rotation_rules or getattr(secret, "rotation_rules", {})
        if rotate_immediately:
            token = client_request_token or str(mock_random.uuid4())
            secret.remove_version_stages_from_old_versions([PENDING])
            secret.versions[token] = {
                "createdate": int(time.time()),
                "version_id": token,
                "version_stages": [PENDING],
            }
        return secret.to_short_dict()

    return rotate_secret


def _must_exist(backend: Moto, function: str) -> None:
    try:
        get_backend(backend.account_id, backend.region_name).get_function(function)
    except JsonRESTError as error:
        raise ResourceNotFoundException("Lambda does not exist.") from error


def _with_its_rules(to_dict: Method) -> Method:
    """moto tells of a schedule only how many days it has."""

    @wraps(to_dict)
    def wrapper(secret: Moto) -> dict[str, Any]:
        told = to_dict(secret)
        if "RotationRules" in told:
            told["RotationRules"] = getattr(secret, "rotation_rules", {})
        return told

    return wrapper


def _as_the_default(update_secret_version_stage: Method) -> Method:
    """moto gives the old version to whoever asks for the current one after its label has moved."""

    @wraps(update_secret_version_stage)
    def wrapper(backend: Moto, **request: str) -> tuple[str, str]:
        told = update_secret_version_stage(backend, **request)
        if request["version_stage"] == CURRENT and request["move_to_version_id"]:
            secret = backend.secrets[request["secret_id"]]
            secret.set_default_version_id(request["move_to_version_id"])
        return told

    return wrapper


CORRECTED: tuple[Correction, ...] = (
    (SecretsManagerBackend, "rotate_secret", _as_rotation_begins),
    (SecretsManagerBackend, "update_secret_version_stage", _as_the_default),
    (FakeSecret, "to_dict", _with_its_rules),
)
