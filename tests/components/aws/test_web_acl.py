"""The resources of WAF are those of the SDK, without its module for them."""

import subprocess
import sys

from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi_aws import wafv2

from components.aws.web_acl import WebAcl

IMPORTED = """
import sys, components.aws.platform
print(*sorted(name for name in sys.modules if name.startswith("pulumi_aws.wafv2.")))
"""


def test_the_program_does_not_import_the_sdks_module() -> None:
    found = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )
    assert found.stdout == "\n"


def test_names_of_properties_at_every_depth_are_those_of_the_sdk() -> None:
    acl = WebAcl.__new__(WebAcl)
    known = {
        (name, translated)
        for args in vars(wafv2).values()
        if isinstance(args, type) and _types.is_input_type(args)
        for name, translated in _types.input_type_py_to_pulumi_names(args).items()
    }

    assert len(known) > 100
    assert {(name, acl.translate_input_property(name)) for name, _ in known} == known
