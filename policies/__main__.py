"""The policy pack's entry point, run by the Pulumi engine.

Constructing the pack starts its server and blocks, so this module only assembles; everything else
imports the rules from `rules`.
"""

import os

from pulumi_policy import EnforcementLevel, PolicyPack

from evaluation import configuration, exemptions
from evaluation.assembly import assemble
from evaluation.run import Run, in_background
from rules import RULES

NAMES = {rule.name for rule in RULES}

PolicyPack(
    name="messaging-app",
    policies=list(assemble(RULES, Run(in_background(lambda: exemptions.read(NAMES))))),
    # A rule that forgets its own level must block rather than advise.
    enforcement_level=EnforcementLevel.MANDATORY,
    initial_config=dict(
        configuration.read(configuration.FILE, RULES, os.environ.get("PULUMI_STACK", ""))
    ),
)
