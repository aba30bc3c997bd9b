"""PostgreSQL runs with the guide's tuning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evaluation.levels import Severity
from evaluation.parameter_groups import is_of, parameters
from evaluation.parameters import Number, figure
from evaluation.references import guide
from evaluation.resource_types import DATABASE_PARAMETERS
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule


@dataclass(frozen=True)
class Tuned:
    """The guide's value of a parameter, and the same in the unit that RDS takes."""

    value: str
    in_rds: float
    unit: str = ""


# The unit is the column `unit` of PostgreSQL's pg_settings.
TUNING: Mapping[str, Tuned] = {
    "max_connections": Tuned("200", 200),
    "shared_buffers": Tuned("4GB", 524288, "pages of 8 kB"),
    "effective_cache_size": Tuned("12GB", 1572864, "pages of 8 kB"),
    "maintenance_work_mem": Tuned("1GB", 1048576, "kB"),
    "checkpoint_completion_target": Tuned("0.9", 0.9),
    "wal_buffers": Tuned("16MB", 2048, "pages of 8 kB"),
    "default_statistics_target": Tuned("100", 100),
    "random_page_cost": Tuned("1.1", 1.1),
    "effective_io_concurrency": Tuned("200", 200),
    "work_mem": Tuned("6553kB", 6553, "kB"),
    "min_wal_size": Tuned("1GB", 1024, "MB"),
    "max_wal_size": Tuned("4GB", 4096, "MB"),
}


def check(resource: Resource) -> Iterator[str]:
    """Compare each of the twelve values; `parameter-group-origin` asks for the group."""
    if not is_of(resource.props, "postgres"):
        return
    tolerance = figure(resource.parameters, "tolerancePercent") / 100
    given = parameters(resource.props)
    for name, tuned in TUNING.items():
        found = given.get(name)
        if found is None or not _is_near(found, tuned.in_rds, tolerance):
            unit = f", in {tuned.unit}" if tuned.unit else ""
            yield (
                f"{name} is {found or 'not set'}; the guide's value is {tuned.value} "
                f"(guide, Performance Tuning 1). Set it to {tuned.in_rds:.10g}{unit}."
            )


def _is_near(found: str, wanted: float, tolerance: float) -> bool:
    try:
        value = float(found)
    except ValueError:
        # A formula over the instance's memory, or no number at all.
        return False
    return abs(value - wanted) <= wanted * tolerance


DATABASE_TUNING = ResourceRule(
    name="database-tuning",
    title="PostgreSQL has the guide's twelve parameters",
    why="The defaults are for small machines: they leave most of the memory unused.",
    severity=Severity.LOW,
    references=(guide("Performance Tuning 1"),),
    fix="Set the parameter to the value that the message gives, in RDS's unit.",
    example=Example(
        violates='parameters: [{name: shared_buffers, value: "16384"}]',
        complies='parameters: [{name: shared_buffers, value: "524288"}]',
    ),
    on_unknown=OnUnknown.REPORT,
    parameters={
        "tolerancePercent": Number(
            default=10, minimum=0, meaning="how far a value may lie from the guide's, in percent"
        )
    },
    resource_types=(DATABASE_PARAMETERS,),
    check=check,
)
