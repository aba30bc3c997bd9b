"""What moto lacks of RDS."""

from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse

from offline.moto_gaps import backup_copies
from offline.moto_gaps.gap import Addition, Correction, Method, Moto


def reset_db_parameter_group(response: Moto) -> ActionResult:
    """Give parameters their default values again."""
    name = response.params["DBParameterGroupName"]
    group = response.backend.db_parameter_groups[name]
    for parameter in response.params.get("Parameters", []):
        group.parameters.pop(parameter["ParameterName"], None)
    return ActionResult({"DBParameterGroupName": name})


def _with_its_port(modify_db_instance: Method) -> Method:
    """moto does not know under which name a change asks for another port."""

    @wraps(modify_db_instance)
    def wrapper(backend: Moto, identifier: str, request: dict[str, Any]) -> Any:
        if "db_port_number" in request:
            request["port"] = request["db_port_number"]
        return modify_db_instance(backend, identifier, request)

    return wrapper


def _keeping_the_group(modify_db_subnet_group: Method) -> Method:
    """moto forgets a subnet group when it changes it."""

    @wraps(modify_db_subnet_group)
    def wrapper(backend: Moto, *args: Any, **kwargs: Any) -> Any:
        group = modify_db_subnet_group(backend, *args, **kwargs)
        backend.subnet_groups[group.name] = group
        return group

    return wrapper


def _leaving_its_source(promote_read_replica: Method) -> Method:
    """moto's promoted replica still names its source, which then cannot lose it a second time."""

    @wraps(promote_read_replica)
    def wrapper(backend: Moto, request: dict[str, Any]) -> Any:
        replica = backend.databases[request["db_instance_identifier"]]
        source = replica.source_db_instance_identifier
        if source is not None:
            backend.find_db_from_id(source).remove_replica(replica)
            replica.source_db_instance_identifier = None
        return promote_read_replica(backend, request)

    return wrapper


def _from_copies_too(restore_db_instance_to_point_in_time: Method) -> Method:
    """moto restores from live instances of the same region only."""

    @wraps(restore_db_instance_to_point_in_time)
    def wrapper(backend: Moto, source: str | None, target: str, overrides: dict[str, Any]) -> Any:
        arn = overrides.get("source_db_instance_automated_backups_arn")
        if arn is None:
            return restore_db_instance_to_point_in_time(backend, source, target, overrides)
        restored = backup_copies.of(backend).restored(arn)
        return backend.create_db_instance(
            {**restored, **overrides, "db_instance_identifier": target}
        )

    return wrapper


ADDED: tuple[Addition, ...] = (
    (RDSResponse, reset_db_parameter_group),
    (RDSResponse, backup_copies.start_db_instance_automated_backups_replication),
    (RDSResponse, backup_copies.stop_db_instance_automated_backups_replication),
)

CORRECTED: tuple[Correction, ...] = (
    (RDSBackend, "modify_db_instance", _with_its_port),
    (RDSBackend, "modify_db_subnet_group", _keeping_the_group),
    (RDSBackend, "promote_read_replica", _leaving_its_source),
    (RDSBackend, "restore_db_instance_to_point_in_time", _from_copies_too),
    (RDSResponse, "describe_db_instance_automated_backups", backup_copies.described),
)
