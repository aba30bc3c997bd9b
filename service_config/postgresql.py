"""PostgreSQL parameters (guide, "Database Tuning" and "Audit Configuration")."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

PARAMETERS: Final[Mapping[str, str]] = {
    "max_connections": "200",
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "checkpoint_completion_target": "0.9",
    "wal_buffers": "16MB",
    "default_statistics_target": "100",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "200",
    "work_mem": "6553kB",
    "min_wal_size": "1GB",
    "max_wal_size": "4GB",
}
"""The guide's values, as one would write them in postgresql.conf."""

_BASE_UNIT_KIB: Final[Mapping[str, int]] = {
    "shared_buffers": 8,
    "effective_cache_size": 8,
    "wal_buffers": 8,
    "maintenance_work_mem": 1,
    "work_mem": 1,
    "min_wal_size": 1024,
    "max_wal_size": 1024,
}
"""KiB in one unit of each memory parameter: RDS takes bare numbers of PostgreSQL's base unit
(pages of 8 KiB, KiB or MiB: the `unit` column of pg_settings)."""

_KIB: Final[Mapping[str, int]] = {"kB": 1, "MB": 1024, "GB": 1024**2}

_NEEDS_RESTART: Final = {
    "max_connections",
    "shared_buffers",
    "wal_buffers",
    "shared_preload_libraries",
    "rds.force_ssl",
}
"""RDS refuses to apply these at once; on a new instance all apply from the first start."""

_AUDIT: Final[Mapping[str, str]] = {
    "shared_preload_libraries": "pgaudit,pg_stat_statements",
    "pgaudit.log": "all",
    "pgaudit.log_relation": "on",
}
"""The guide's; its ALTER SYSTEM is not to be had on RDS."""

_LOGINS: Final[Mapping[str, str]] = {
    "password_encryption": "scram-sha-256",
    "log_connections": "on",
    "log_disconnections": "on",
}
"""Who came and went, which pgaudit does not say (CIS PostgreSQL Benchmark, PCI DSS 10.2), and no
password stored as MD5."""

_RDS_ONLY: Final[Mapping[str, str]] = {
    "rds.force_ssl": "1",
    "rds.accepted_password_auth_method": "scram",
}
"""TLS as the only way to connect, and SCRAM as the only way to prove a password."""


@dataclass(frozen=True, kw_only=True)
class RdsParameter:
    """One parameter of an RDS parameter group, in the units that RDS takes."""

    name: str
    value: str
    apply_method: Literal["immediate", "pending-reboot"]


def configuration() -> str:
    """Return what a server of ours adds to its postgresql.conf: tuning, audit and logins."""
    return "".join(
        f"# {topic}\n" + "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())
        for topic, values in (
            ("Database tuning", PARAMETERS),
            ("Audit logging", _AUDIT),
            ("Logins", _LOGINS),
        )
    )


def rds_parameters() -> tuple[RdsParameter, ...]:
    """Return the same for RDS, in its units, and what RDS has parameters of its own for."""
    values = {**PARAMETERS, **_AUDIT, **_LOGINS}
    in_units = {name: _in_base_unit(name, value) for name, value in values.items()}
    return tuple(
        RdsParameter(
            name=name,
            value=value,
            apply_method="pending-reboot" if name in _NEEDS_RESTART else "immediate",
        )
        for name, value in {**in_units, **_RDS_ONLY}.items()
    )


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[0-9A-Za-z.]+", value) else f"'{value}'"


def _in_base_unit(name: str, value: str) -> str:
    if value == "on":
        return "1"
    size = re.fullmatch(r"([0-9]+)(kB|MB|GB)", value)
    if size is None:
        return value
    return str(int(size[1]) * _KIB[size[2]] // _BASE_UNIT_KIB[name])
