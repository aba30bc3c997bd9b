"""Reads the file of exemptions, and says of each fault in which line it is."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from evaluation.exemptions import Exemption, pattern_fault
from evaluation.faulty_file import FaultyFileError
from evaluation.yaml_nodes import line_of, node_of, value_of

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _pattern(value: str) -> str:
    fault = pattern_fault(value)
    if fault:
        raise ValueError(fault)
    return value


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    resource: Annotated[Text, AfterValidator(_pattern)]
    rule: Text
    owner: Text
    reason: Text
    expires: date


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    exemptions: list[_Entry]


def read(path: Path, rules: Collection[str]) -> Sequence[Exemption]:
    """The exemptions of a file, as `evaluation.exemptions.read` gives them."""
    node = node_of(path)
    try:
        content = _File.model_validate(value_of(node))
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        if first["type"] == "model_type":
            reason = "a mapping must be here"
        place = f"{path.name}:{line_of(node, first['loc'])}"
        message = f"{place}: {where or 'the file'}: {reason}."
        raise FaultyFileError(message) from None
    found = [
        Exemption(**entry.model_dump(), line=line_of(node, ("exemptions", index)), file=path.name)
        for index, entry in enumerate(content.exemptions)
    ]
    for each in found:
        if each.rule not in rules:
            message = (
                f"{each.place}: there is no rule {each.rule}. docs/policies.md lists the rules."
            )
            raise FaultyFileError(message)
    return found
