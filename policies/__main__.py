"""The policy pack's entry point, run by the Pulumi engine.

Constructing the pack starts its server and blocks, so this module only assembles; everything else
imports the rules from `rules`.
"""

from pulumi_policy import EnforcementLevel, PolicyPack

from rules import RULES

PolicyPack(
    name="messaging-app",
    policies=list(RULES),
    # A rule that forgets its own level must block rather than advise.
    enforcement_level=EnforcementLevel.MANDATORY,
)
