"""The bare engine's floor: resources with one property each, from a program that only registers."""

from importlib import import_module

import pulumi

config = pulumi.Config()
if config.get_bool("import_platform"):
    # What the program of the platform imports before it registers anything.
    import_module("components.aws.platform")

for number in range(config.require_int("resources")):
    pulumi.CustomResource(
        "random:index/randomPassword:RandomPassword", f"r{number}", {"length": 16}
    )
