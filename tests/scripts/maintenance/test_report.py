import dataclasses

import pytest

from scripts import postgresql
from scripts.maintenance import report
from scripts.maintenance.report import Age
from tests.services.postgresql import Server

YOUNG = Age(database="app", transactions=150_000_000, multixacts=1, limit=200_000_000)


def test_the_table_with_most_to_win_comes_first_and_the_estimate_is_near(server: Server) -> None:
    server.create("app")
    server.run(
        """
        CREATE TABLE bloated (id int, body text) WITH (autovacuum_enabled = off);
        INSERT INTO bloated SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n;
        DELETE FROM bloated WHERE id % 4 <> 0;
        CREATE TABLE dense (id int, body text) WITH (autovacuum_enabled = off);
        INSERT INTO dense SELECT n, repeat('x', 200) FROM generate_series(1, 10000) n;
        """,
        "app",
    )
    for table in ("bloated", "dense"):
        server.run(f"VACUUM (ANALYZE) {table}", "app")

    with postgresql.connect(
        postgresql.parameters(server.secret_url("app"), "DATABASE_URL"), "maintenance"
    ) as session:
        rows = {row["table"]: row for row in report.bloat(session)}

    assert list(rows) == ["public.bloated", "public.dense"]
    bloated, dense = rows["public.bloated"], rows["public.dense"]
    assert 0.7 < bloated["bloat_bytes"] / bloated["size_bytes"] < 0.8
    assert dense["bloat_bytes"] / dense["size_bytes"] < 0.05


def test_ages_are_told_of_every_database(server: Server) -> None:
    with postgresql.connect(
        postgresql.parameters(server.secret_url(), "DATABASE_URL"), "maintenance"
    ) as session:
        ages = {age.database: age for age in report.ages(session)}

    assert {"postgres", "template1"} <= set(ages)
    assert ages["postgres"].limit == 200_000_000
    assert 0 < ages["postgres"].transactions < 200_000_000


@pytest.mark.parametrize(
    ("transactions", "verdict"),
    [
        (210_000_000, "fine"),
        (230_000_000, "autovacuum does not keep up: look for old transactions"),
        (1_100_000_000, "half-way to a stop: run VACUUM (FREEZE) now"),
    ],
)
def test_an_age_is_judged_by_the_limit(transactions: int, verdict: str) -> None:
    assert dataclasses.replace(YOUNG, transactions=transactions).verdict.startswith(verdict)
