"""The public parameter that names Canonical's newest image, which moto lacks."""

from functools import wraps
from typing import Any

from moto.core.utils import utcnow
from moto.ssm.models import Parameter, ParameterDict

from offline.moto_gaps.gap import Correction, Method, Moto

NEWEST = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"

UBUNTU = "ami-785db401"
"""The newest Ubuntu among the images that moto brings."""


def _with_canonical_s(check_loading_status: Method) -> Method:
    """moto loads public parameters when one of their kind is asked for."""

    @wraps(check_loading_status)
    def wrapper(parameters: Moto, key: str) -> None:
        check_loading_status(parameters, key)
        if key == NEWEST:
            parameters.setdefault(key, [_parameter(parameters)])

    return wrapper


def _parameter(parameters: Moto) -> Any:
    return Parameter(
        account_id=parameters.account_id,
        name=NEWEST,
        value=UBUNTU,
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=utcnow(),
        version=1,
        data_type="aws:ec2:image",
    )


CORRECTED: tuple[Correction, ...] = ((ParameterDict, "_check_loading_status", _with_canonical_s),)
