"""Which machine image servers start from."""

import pulumi
from pulumi_aws import ssm

NEWEST_PARAMETER = (
    "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
)
"""Canonical's newest Ubuntu 22.04 LTS, in every region."""

NEWEST_IMAGE = f"resolve:ssm:{NEWEST_PARAMETER}"
"""EC2 looks it up at each launch. For servers that stand alone: a group whose template names no
image by its ID cannot be rolled back (AWS: RollbackInstanceRefresh)."""


def newest_image_id(opts: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    """Look up the ID of Canonical's newest image, for a template that keeps the one it begins with.

    It changes every few weeks, so whoever does not ignore its changes replaces servers unasked.
    """
    # `value` would be marked as a secret, and with it the template.
    return ssm.get_parameter_output(name=NEWEST_PARAMETER, opts=opts).insecure_value
