"""The bare engine's floor: resources with one property each, from a program that only registers."""

import pulumi

for number in range(pulumi.Config().require_int("resources")):
    pulumi.CustomResource(
        "random:index/randomPassword:RandomPassword", f"r{number}", {"length": 16}
    )
