"""The rules as a page of Markdown: docs/policies.md holds it, and a test that it is current."""

from collections.abc import Iterator, Mapping, Sequence

from evaluation.rule import AnyRule, ResourceRule


def render(topics: Mapping[str, Sequence[AnyRule]]) -> str:
    """Every rule with what it asks for, why, and how to comply, under its topic."""
    return "\n".join(line for part in (_overview(topics), _details(topics)) for line in part)


def _overview(topics: Mapping[str, Sequence[AnyRule]]) -> Iterator[str]:
    yield f"{sum(len(rules) for rules in topics.values())} rules."
    yield ""
    yield "| Rule | What must hold | Severity | Unknown at preview | Remedy |"
    yield "|---|---|---|---|---|"
    for rules in topics.values():
        for rule in rules:
            remedy = "yes" if isinstance(rule, ResourceRule) and rule.remedy else ""
            yield (
                f"| [{rule.name}](#{rule.name}) | {rule.title} | {rule.severity.value} | "
                f"{rule.on_unknown.value}s | {remedy} |"
            )
    yield ""


def _details(topics: Mapping[str, Sequence[AnyRule]]) -> Iterator[str]:
    for topic, rules in topics.items():
        yield f"### {topic}"
        yield ""
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: AnyRule) -> Iterator[str]:
    yield f"#### {rule.name}"
    yield ""
    yield f"**{rule.title}.** {rule.why}"
    yield ""
    yield f"- Fix: {rule.fix}"
    yield f"- Violates: `{rule.example.violates}`"
    yield f"- Complies: `{rule.example.complies}`"
    yield f"- References: {', '.join(str(each) for each in rule.references)}"
    yield (
        f"- Level {rule.level.value}; severity {rule.severity.value}; a value unknown at preview "
        f"{rule.on_unknown.value}s"
    )
    for name, parameter in rule.parameters.items():
        default = parameter.default
        shown = f"{default:g}" if isinstance(default, int | float) else ", ".join(default)
        yield f"- Parameter `{name}`: {parameter.meaning} (default: {shown})"
    yield ""
