"""What a state's outputs tell of a resource beside its inputs: what was changed past the program.

A refresh reads a resource anew into its outputs. Into its inputs it takes only the properties that
were there before, and of a list only as many items. So rules judge a resource a second time, with
its outputs laid over its inputs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from evaluation.judgement import Finding
from evaluation.resource_types import DATABASE

PACKAGE = "aws:"
"""Its outputs have the names and shapes of its inputs; Docker's name an image by its digest."""

# What AWS fills in of its own accord with a value that means something else when it is asked for.
UNTOLD: Mapping[str, tuple[str, ...]] = {
    # A NAT gateway's interface looks like that of a server.
    "aws:ec2/eip:Eip": ("networkInterface",),
    # 0 of a replica, whose backups are its primary's.
    DATABASE: ("backupRetentionPeriod",),
}


def really(
    resource_type: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The inputs as they would be if the program asked for what is there.

    Args:
        resource_type: the resource's type token.
        inputs: its inputs.
        outputs: its outputs. What only AWS sets, such as an ARN, no rule reads.
    """
    if not resource_type.startswith(PACKAGE):
        return inputs
    untold = set(UNTOLD.get(resource_type, ())) - inputs.keys()
    return _laid_over(inputs, {key: outputs[key] for key in outputs if key not in untold})


def joined(asked: Sequence[Finding], there: Sequence[Finding]) -> list[Finding]:
    """What a rule finds of the inputs and of what is there, each violation once.

    The same violation may read otherwise there: "is optional" where the inputs leave it unset. Of
    as many that are new as are gone, those that are there are told.
    """
    new = [each for each in there if each not in asked]
    gone = [each for each in asked if each not in there]
    reworded = len(new) == len(gone) and not any(each.unknown for each in new)
    kept = [each for each in asked if each in there] if reworded else list(asked)
    return [*kept, *new]


def _laid_over(given: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        key: _either(given.get(key), value)
        for key, value in found.items()
        if key in given or not _is_blank(value)
    }
    return {**given, **told}


def _either(given: object, found: object) -> object:
    """What is found, unless it is of another kind than what is given and cannot be compared."""
    if _kind(given) is _kind(found) is dict:
        return _laid_over(cast("Mapping[str, Any]", given), cast("Mapping[str, Any]", found))
    if given is None or _kind(given) is _kind(found):
        return _without_blanks(found)
    return given


def _without_blanks(value: Any) -> Any:
    """A value without what the provider writes for properties that nobody set."""
    if isinstance(value, list):
        return [_without_blanks(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        known = cast("dict[str, Any]", value)
        return {key: _without_blanks(each) for key, each in known.items() if not _is_blank(each)}
    return value


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _kind(value: object) -> type[object]:
    # JSON has one kind of number, Python two.
    return float if type(value) is int else type(value)
