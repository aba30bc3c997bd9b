import pytest

from service_config.postgresql import PARAMETERS, rds_parameters

GUIDE = """\
max_connections = 200
shared_buffers = 4GB
effective_cache_size = 12GB
maintenance_work_mem = 1GB
checkpoint_completion_target = 0.9
wal_buffers = 16MB
default_statistics_target = 100
random_page_cost = 1.1
effective_io_concurrency = 200
work_mem = 6553kB
min_wal_size = 1GB
max_wal_size = 4GB
"""


def test_the_parameters_are_the_guide_s() -> None:
    assert "".join(f"{name} = {value}\n" for name, value in PARAMETERS.items()) == GUIDE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_connections", "200"),
        ("shared_buffers", "524288"),  # pages of 8 KiB
        ("effective_cache_size", "1572864"),
        ("maintenance_work_mem", "1048576"),  # KiB
        ("checkpoint_completion_target", "0.9"),
        ("wal_buffers", "2048"),
        ("default_statistics_target", "100"),
        ("random_page_cost", "1.1"),
        ("effective_io_concurrency", "200"),
        ("work_mem", "6553"),
        ("min_wal_size", "1024"),  # MiB
        ("max_wal_size", "4096"),
        ("shared_preload_libraries", "pgaudit,pg_stat_statements"),
        ("pgaudit.log", "all"),
        ("pgaudit.log_relation", "1"),
        ("rds.force_ssl", "1"),
    ],
)
def test_rds_gets_each_value_in_its_own_unit(name: str, value: str) -> None:
    assert [p.value for p in rds_parameters() if p.name == name] == [value]


def test_rds_gets_nothing_else() -> None:
    assert len(rds_parameters()) == 16


def test_only_parameters_that_need_a_restart_wait_for_one() -> None:
    waiting = {p.name for p in rds_parameters() if p.apply_method == "pending-reboot"}
    assert waiting == {
        "max_connections",
        "shared_buffers",
        "wal_buffers",
        "shared_preload_libraries",
        "rds.force_ssl",
    }
