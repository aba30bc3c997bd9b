"""Every alarm tells the team, and says where it is explained."""

import re
from pathlib import Path

from tests.components.recording import Recording
from tests.contract.conftest import recorded

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RUNBOOK = "docs/runbooks/alarms.md"
HEADINGS = re.findall(
    r"^## (.+)$", (Path(__file__).parents[2] / RUNBOOK).read_text(encoding="utf-8"), re.MULTILINE
)


def explained_at(description: str) -> str | None:
    found = re.search(rf"{re.escape(RUNBOOK)}#([a-z0-9-]+)", description)
    return found[1] if found else None


def test_every_alarm_names_its_section_in_the_runbook(program: Recording) -> None:
    for alarm in program.all(ALARM):
        assert explained_at(alarm.inputs["alarmDescription"]) in HEADINGS, alarm.name


def test_every_alarm_tells_the_one_topic_of_its_region(program: Recording) -> None:
    topics = program.all("aws:sns/topic:Topic")
    arns = {each.inputs["region"]: f"arn:aws:mock::123456789012:{each.name}" for each in topics}
    assert len(arns) == len(topics)
    (here,) = (each.inputs["region"] for each in topics if each.name == "notifications-alerts")
    for alarm in program.all(ALARM):
        arn = arns[alarm.inputs.get("region", here)]
        assert alarm.inputs["alarmActions"][0] == arn, alarm.name


def test_every_section_of_the_runbook_is_about_an_alarm_of_some_variant() -> None:
    explained = {
        explained_at(alarm.inputs["alarmDescription"])
        for variant in ("prod", "elasticache")
        for alarm in recorded(variant).all(ALARM)
    }
    assert explained == set(HEADINGS)
