"""A backup that is not what was written: found, whatever of it it is, and never live."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.backup import objects
from scripts.backup.encryption import Key
from scripts.backup.manifest import Manifest, seal, unseal
from scripts.backup.repository import MANIFEST, ROOT
from scripts.backup.verify import VerifyRequest, run_verify
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench, ignore

SCRIPT = """
    CREATE TABLE t AS SELECT n, repeat(md5(n::text), 20) AS body FROM generate_series(1, 900) n;
    CREATE INDEX ON t (n);
    SELECT lo_from_bytea(0, decode(repeat('00ff5c', 900), 'hex'));
"""

Damage = Callable[[bytes], bytes]

OFTEN = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    # The backup is only read, and put right again by each example.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def live(bench: Bench) -> Bench:
    awkward.create(bench.server, "live", SCRIPT)
    return bench


def put(bench: Bench, key: str, body: bytes) -> None:
    bench.store.client().put_object(Bucket=bench.bucket, Key=key, Body=body)


def flipped(body: bytes, bit: int) -> bytes:
    place = bit // 8 % len(body)
    return body[:place] + bytes([body[place] ^ 1 << bit % 8]) + body[place + 1 :]


def damages(body: bytes) -> st.SearchStrategy[bytes]:
    """Yield what is left of a body: a bit is flipped, an end is lost, or something was added."""
    return st.one_of(
        st.integers(0, len(body) * 8 - 1).map(lambda bit: flipped(body, bit)),
        st.integers(0, len(body) - 1).map(lambda size: body[:size]),
        st.binary(min_size=1, max_size=100).map(lambda more: body + more),
    )


@pytest.mark.parametrize("key", [None, Key(b"k" * 32)], ids=["plain", "encrypted"])
def test_every_object_is_known_by_what_was_written(live: Bench, key: Key | None) -> None:
    manifest = live.backup("live", key=key)
    place = live.repository.place(manifest.id, key)
    bodies = live.bodies()
    assert {place.prefix + each.name for each in manifest.objects} == {
        name for name in bodies if not name.endswith(MANIFEST)
    }

    @OFTEN
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        stored = data.draw(st.sampled_from(manifest.objects), label="object")
        body = bodies[place.prefix + stored.name]
        others = [other for other in bodies.values() if other != body]
        changed = data.draw(st.one_of(damages(body), st.sampled_from(others)))
        place.client.put_object(Bucket=place.bucket, Key=place.prefix + stored.name, Body=changed)
        for look in (objects.check, objects.read):
            with pytest.raises(OpsError) as raised:
                list(look(place, stored) or ())
            assert raised.value.code == ExitCode.DAMAGED
        place.client.put_object(Bucket=place.bucket, Key=place.prefix + stored.name, Body=body)

    holds()
    for stored in manifest.objects:
        assert sum(map(len, objects.read(place, stored))) == stored.raw_size, "all was put right"


def test_a_manifest_is_known_by_its_digest(live: Bench) -> None:
    sealed = seal(live.backup("live"))

    @settings(OFTEN, max_examples=500)
    @given(damages(sealed))
    def holds(changed: bytes) -> None:
        if changed.strip() == sealed:  # blanks behind the end say nothing
            return
        with pytest.raises(OpsError, match="is not what was written") as raised:
            unseal(changed, "The manifest")
        assert raised.value.code == ExitCode.DAMAGED

    holds()


def test_a_damaged_object_never_goes_live(live: Bench) -> None:
    manifest = live.backup("live")
    before = awkward.dumped(live.server, "live")
    bodies = live.bodies()
    needed = [name for name in bodies if not name.endswith(("globals.sql.zst", MANIFEST))]

    for name in needed:
        put(live, name, flipped(bodies[name], len(bodies[name]) * 4))
        with pytest.raises(OpsError) as raised:
            live.restore(manifest, "live", replace=True, confirmed="live")
        assert raised.value.code == ExitCode.DAMAGED, name
        put(live, name, bodies[name])

    assert len(needed) > 3
    assert live.server.databases() == ["live"]
    assert awkward.dumped(live.server, "live") == before


def test_damaged_roles_are_not_created(live: Bench) -> None:
    live.server.run("DROP ROLE IF EXISTS lost; CREATE ROLE lost")
    live.server.run("ALTER TABLE t OWNER TO lost", "live")
    manifest = live.backup("live")
    live.server.drop_all()
    live.server.run("DROP ROLE lost")
    name = f"{ROOT}{manifest.id}/{manifest.globals.name}"
    put(live, name, flipped(live.bodies()[name], 300))

    with pytest.raises(OpsError) as raised:
        live.restore(manifest, "back", create_roles=True)

    assert raised.value.code == ExitCode.DAMAGED
    assert live.server.rows("SELECT FROM pg_roles WHERE rolname = 'lost'") == []
    assert live.server.databases() == []


def test_a_trial_names_every_damaged_object(live: Bench) -> None:
    manifest = live.backup("live")
    damaged = [name for name in live.bodies() if "/data/" in name][:2]
    for name in damaged:
        put(live, name, live.bodies()[name][:-1])

    request = VerifyRequest(manifest=manifest, jobs=2)
    result = run_verify(live.repository, request, report=live.said.append, advance=ignore)

    assert not result.ok
    assert [finding.split(" ")[0] for finding in result.findings] == [
        f"s3://{live.bucket}/{name}" for name in damaged
    ]


def test_a_missing_object_is_damage(live: Bench) -> None:
    manifest = live.backup("live")
    name = next(name for name in live.written() if "/data/" in name)
    live.store.client().delete_object(Bucket=live.bucket, Key=name)

    with pytest.raises(OpsError) as raised:
        live.restore(manifest, "back")

    assert raised.value.code == ExitCode.DAMAGED
    assert "back" not in live.server.databases()


def test_neither_a_damaged_nor_anothers_manifest_is_passed_over_for_an_older_one(
    live: Bench,
) -> None:
    older = live.backup("live")
    newest = live.backup("live")
    name = f"{ROOT}{newest.id}/{MANIFEST}"

    for body in (live.bodies()[name][:-1], b"", b"[]", seal(older)):
        put(live, name, body)
        with pytest.raises(OpsError, match="is not what was written") as raised:
            live.find("latest")
        assert raised.value.code == ExitCode.DAMAGED


def test_a_trial_finds_rows_that_are_others_than_those_backed_up(live: Bench) -> None:
    """As if what was backed up had been something else: sizes and counts are the same."""
    manifest = live.backup("live")
    forged = _with_other_digest(manifest)

    request = VerifyRequest(manifest=forged, jobs=2)
    result = run_verify(live.repository, request, report=live.said.append, advance=ignore)

    assert not result.ok


def _with_other_digest(manifest: Manifest) -> Manifest:
    table = manifest.tables[0]
    chunk = table.chunks[0]
    stored = chunk.stored.model_copy(update={"raw_digest": "0" * 64})
    chunks = [chunk.model_copy(update={"stored": stored}), *table.chunks[1:]]
    return manifest.model_copy(update={"tables": [table.model_copy(update={"chunks": chunks})]})


def test_a_damaged_manifest_is_told_and_the_other_backups_are_listed(live: Bench) -> None:
    made, spoiled = live.backup("live"), live.backup("live")
    put(live, f"{ROOT}{spoiled.id}/{MANIFEST}", b"{}")

    found = live.repository.listing()

    assert [manifest for manifest, _ in found.finished] == [made]
    assert [error.code for error in found.faulty.values()] == [ExitCode.DAMAGED]
    assert spoiled.id in found.faulty


LARGE = 600 << 10
"""Bytes; a row of more than a block is passed on by itself."""


@pytest.mark.parametrize("sizes", [[LARGE], [LARGE, 1], [1, LARGE, LARGE], [1, LARGE]])
def test_rows_of_more_than_a_block_are_no_damage(bench: Bench, sizes: list[int]) -> None:
    awkward.create(bench.server, "live", "CREATE TABLE t (body text)")
    with bench.server.connect("live") as session:
        for size in sizes:
            session.execute("INSERT INTO t SELECT repeat('x', %s)", [size])
    request = VerifyRequest(manifest=bench.backup("live"), jobs=1)
    result = run_verify(bench.repository, request, report=bench.said.append, advance=ignore)
    assert (result.ok, result.findings) == (True, [])
