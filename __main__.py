"""The Pulumi program: settings → platform → outputs."""
# ruff: noqa: E402

import atexit
import gc

# A short life in which nearly all that is made is needed to the end: looking for garbage takes a
# fifth of the program's time and finds nothing. Before the imports, which make the most. The
# interpreter looks once more when it ends, unless everything is frozen.
gc.disable()
atexit.register(gc.freeze)

import pulumi
import pulumi_aws as aws

from components.aws.platform import Platform, PlatformArgs
from components.identity import Identity
from components.quick_sdk import use_quick_sdk
from settings import Settings, SettingsError, load_settings


def read_settings() -> Settings:
    """Read the stack's settings; a fault ends the program with sentences and no traceback."""
    try:
        return load_settings(pulumi.Config().require_object("settings"))
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def main() -> None:
    """Build the platform that the stack's settings describe, and export what others read."""
    settings = read_settings()
    use_quick_sdk()
    identity = Identity(
        project=pulumi.get_project(), environment=settings.environment, owner=settings.owner
    )
    # Named explicitly, so that nobody's AWS_REGION can move a stack.
    provider = aws.Provider("aws", region=settings.region)
    platform = Platform(
        "platform",
        PlatformArgs(identity=identity, settings=settings),
        opts=pulumi.ResourceOptions(providers=[provider]),
    )
    for key, value in platform.outputs.items():
        pulumi.export(key, value)


if __name__ == "__main__":
    main()
