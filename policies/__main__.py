"""The policy pack's entry point, run by the Pulumi engine.

Constructing the pack starts its server and blocks, so this module only assembles; everything else
imports the rules from `rules`.
"""

import os
import sys

from pulumi_policy import EnforcementLevel, PolicyPack

from catalogue.instance_types import catalogue
from evaluation import analyzer, configuration, exemptions
from evaluation.assembly import assemble, initial_config
from evaluation.faulty_file import FaultyFileError
from evaluation.run import Run, in_background
from rules import RULES

NAMES = {rule.name for rule in RULES}

try:
    # Here, for a rule that cannot read it would end in a traceback.
    catalogue()
    settings = configuration.read(
        configuration.FILE, RULES, stack=os.environ.get("PULUMI_STACK", "")
    )
except FaultyFileError as faulty:
    sys.exit(f"policies/{faulty}")

policies = assemble(RULES, Run(in_background(lambda: exemptions.read(NAMES))))
analyzer.install(RULES, policies)
PolicyPack(
    name="messaging-app",
    policies=list(policies),
    # A rule that forgets its own level must block rather than advise.
    enforcement_level=EnforcementLevel.MANDATORY,
    initial_config=initial_config(settings),
)
