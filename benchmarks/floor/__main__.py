"""The bare engine's floor: resources with one property each, from a program that only registers."""

import pulumi

config = pulumi.Config()
if config.get_bool("import_platform"):
    # What the program of the platform imports before it registers anything.
    import components.aws.platform  # noqa: F401

for number in range(config.require_int("resources")):
    pulumi.CustomResource(
        "random:index/randomPassword:RandomPassword", f"r{number}", {"length": 16}
    )
