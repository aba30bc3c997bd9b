"""The policy pack's entry point, run by the Pulumi engine.

Constructing the pack starts its server and blocks, so this module only assembles; everything else
imports the rules from `rules`.
"""

import os
import sys

from pulumi_policy import EnforcementLevel, PolicyPack

from evaluation import analyzer, configuration, exemptions
from evaluation.assembly import assemble
from evaluation.run import Run, in_background
from rules import RULES

NAMES = {rule.name for rule in RULES}

try:
    settings = configuration.read(
        configuration.FILE, RULES, stack=os.environ.get("PULUMI_STACK", "")
    )
except exemptions.FaultyFileError as faulty:
    sys.exit(f"policies/{faulty}")

policies = assemble(RULES, Run(in_background(lambda: exemptions.read(NAMES))))
analyzer.install(RULES, policies)
PolicyPack(
    name="messaging-app",
    policies=list(policies),
    # A rule that forgets its own level must block rather than advise.
    enforcement_level=EnforcementLevel.MANDATORY,
    initial_config=dict(settings),
)
