"""What moto lacks of ElastiCache: parameter groups altogether, and most changes and deletions."""

from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.models import CacheSubnetGroup, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from offline.moto_gaps.gap import Addition, Correction, Method, Moto


class _ParameterGroupNotFoundError(ServiceException):
    code = "CacheParameterGroupNotFound"


def _groups(response: Moto) -> dict[str, dict[str, Any]]:
    backend = response.elasticache_backend
    groups: dict[str, dict[str, Any]] = getattr(backend, "parameter_groups", {})
    backend.parameter_groups = groups
    return groups


def _group(response: Moto) -> dict[str, Any]:
    name = response._get_param("CacheParameterGroupName")
    if name not in _groups(response):
        raise _ParameterGroupNotFoundError(f"CacheParameterGroup {name} not found.")
    return _groups(response)[name]


def create_cache_parameter_group(response: Moto) -> ActionResult:
    """Start a parameter group of a family, in which every parameter has its default value."""
    name = response._get_param("CacheParameterGroupName")
    backend = response.elasticache_backend
    account = f"{backend.region_name}:{backend.account_id}"
    group: dict[str, Any] = {
        "CacheParameterGroupName": name,
        "CacheParameterGroupFamily": response._get_param("CacheParameterGroupFamily"),
        "Description": response._get_param("Description"),
        "ARN": f"arn:aws:elasticache:{account}:parametergroup:{name}",
        "parameters": {},
    }
    _groups(response)[name] = group
    backend.tagging_service.tag_resource(group["ARN"], response._get_param("Tags", []))
    return ActionResult({"CacheParameterGroup": group})


def describe_cache_parameter_groups(response: Moto) -> ActionResult:
    """One parameter group, or all of them."""
    named = response._get_param("CacheParameterGroupName") is not None
    found = [_group(response)] if named else list(_groups(response).values())
    return ActionResult({"CacheParameterGroups": found})


def modify_cache_parameter_group(response: Moto) -> ActionResult:
    """Give parameters other values."""
    group = _group(response)
    for each in response._get_param("ParameterNameValues", []):
        group["parameters"][each["ParameterName"]] = each["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def reset_cache_parameter_group(response: Moto) -> ActionResult:
    """Give parameters their default values again."""
    group = _group(response)
    for each in response._get_param("ParameterNameValues", []):
        group["parameters"].pop(each["ParameterName"], None)
    return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})


def describe_cache_parameters(response: Moto) -> ActionResult:
    """The parameters that have other values than their family gives them."""
    parameters = _group(response)["parameters"]
    told = [{"ParameterName": k, "ParameterValue": v} for k, v in parameters.items()]
    return ActionResult({"Parameters": told})


def delete_cache_parameter_group(response: Moto) -> ActionResult:
    """End a parameter group."""
    del _groups(response)[_group(response)["CacheParameterGroupName"]]
    return EmptyResult()


def modify_cache_subnet_group(response: Moto) -> ActionResult:
    """Describe a subnet group otherwise, or let it have other subnets."""
    backend = response.elasticache_backend
    name = response._get_param("CacheSubnetGroupName")
    former = backend.describe_cache_subnet_groups(cache_subnet_group_name=name)[0]
    description = response._get_param("CacheSubnetGroupDescription")
    group = CacheSubnetGroup(
        account_id=backend.account_id,
        region_name=backend.region_name,
        cache_subnet_group_name=name,
        cache_subnet_group_description=description or former.cache_subnet_group_description,
        subnet_ids=response._get_param("SubnetIds") or former.subnet_ids,
        tags=former.tags,
    )
    backend.cache_subnet_groups[name] = group
    return ActionResult({"CacheSubnetGroup": group})


def delete_cache_subnet_group(response: Moto) -> ActionResult:
    """End a subnet group."""
    backend = response.elasticache_backend
    name = response._get_param("CacheSubnetGroupName")
    backend.describe_cache_subnet_groups(cache_subnet_group_name=name)
    del backend.cache_subnet_groups[name]
    return EmptyResult()


def list_tags_for_resource(backend: Moto, arn: str) -> dict[str, Any]:
    """The tags of a resource of any kind; moto knows the ARNs of some kinds only."""
    return backend.tagging_service.list_tags_for_resource(arn)


def _with_every_node(create_replication_group: Method) -> Method:
    """moto makes one node, however many a group is to have, and no name for reading."""

    @wraps(create_replication_group)
    def wrapper(backend: Moto, **kwargs: Any) -> Any:
        if kwargs.get("num_cache_clusters"):
            kwargs["replicas_per_node_group"] = kwargs["num_cache_clusters"] - 1
        group = create_replication_group(backend, **kwargs)
        for nodes in group.node_groups:
            reader = nodes.get("reader_endpoint_address")
            nodes["reader_endpoint"] = {"address": reader, "port": group.port}
        return group

    return wrapper


def _with_every_change(modify_replication_group: Method) -> Method:
    """moto leaves out upgrades, the snapshot window and the delivery of logs."""

    @wraps(modify_replication_group)
    def wrapper(response: Moto) -> ActionResult:
        result = modify_replication_group(response)
        name = response._get_param("ReplicationGroupId")
        group: Moto = response.elasticache_backend.replication_groups[name]
        upgrades = response._get_bool_param("AutoMinorVersionUpgrade")
        if upgrades is not None:
            group.auto_minor_version_upgrade = upgrades
        if window := response._get_param("SnapshotWindow"):
            group.snapshot_window = window
        logs = response._get_params().get("LogDeliveryConfigurations", [])
        named = {each["LogType"] for each in logs}
        kept = [each for each in group.log_delivery_configurations if each["LogType"] not in named]
        added = [each for each in logs if each.get("Enabled", True)]
        group.log_delivery_configurations = [*kept, *added]
        return result

    return wrapper


def _for_good(delete_replication_group: Method) -> Method:
    """moto keeps a group that is being deleted for ever, and its name taken."""

    @wraps(delete_replication_group)
    def wrapper(backend: Moto, *args: Any, **kwargs: Any) -> Any:
        group = delete_replication_group(backend, *args, **kwargs)
        del backend.replication_groups[group.replication_group_id]
        return group

    return wrapper


ADDED: tuple[Addition, ...] = (
    (ElastiCacheBackend, list_tags_for_resource),
    (ElastiCacheResponse, create_cache_parameter_group),
    (ElastiCacheResponse, describe_cache_parameter_groups),
    (ElastiCacheResponse, modify_cache_parameter_group),
    (ElastiCacheResponse, reset_cache_parameter_group),
    (ElastiCacheResponse, describe_cache_parameters),
    (ElastiCacheResponse, delete_cache_parameter_group),
    (ElastiCacheResponse, modify_cache_subnet_group),
    (ElastiCacheResponse, delete_cache_subnet_group),
)

CORRECTED: tuple[Correction, ...] = (
    (ElastiCacheBackend, "create_replication_group", _with_every_node),
    (ElastiCacheResponse, "modify_replication_group", _with_every_change),
    (ElastiCacheBackend, "delete_replication_group", _for_good),
)
