"""The resources of WAF are those of the SDK, without its module for them."""

import subprocess
import sys
from typing import Any

from pulumi import _types  # pyright: ignore[reportPrivateUsage]
from pulumi_aws import _utilities, wafv2  # pyright: ignore[reportPrivateUsage]

from components.aws.web_acl import VERSION, camel

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
    known = {
        (name, translated)
        for args in vars(wafv2).values()
        if isinstance(args, type) and _types.is_input_type(args)
        for name, translated in _types.input_type_py_to_pulumi_names(args).items()
    }

    assert len(known) > 100
    assert camel([{name: {name: 1}} for name, _ in known]) == [
        {translated: {translated: 1}} for _, translated in known
    ]


def test_the_plugin_is_of_the_sdks_version() -> None:
    defaults: Any = vars(_utilities)["get_resource_opts_defaults"]()
    assert defaults.version == VERSION
