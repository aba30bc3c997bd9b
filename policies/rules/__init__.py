"""The rules of the pack, one a module. A new rule is a new module and a line here."""

from collections.abc import Mapping, Sequence

from evaluation.rule import AnyRule
from rules.audit_trail import AUDIT_TRAIL
from rules.backup_copies import BACKUP_COPIES
from rules.bucket_access_logs import BUCKET_ACCESS_LOGS
from rules.bucket_encryption import BUCKET_ENCRYPTION
from rules.bucket_public_access import BUCKET_PUBLIC_ACCESS
from rules.bucket_transport import BUCKET_TRANSPORT
from rules.bucket_versioning import BUCKET_VERSIONING
from rules.cache_durability import CACHE_DURABILITY
from rules.cache_encryption import CACHE_ENCRYPTION
from rules.cache_floor import CACHE_FLOOR
from rules.cache_tuning import CACHE_TUNING
from rules.cache_version import CACHE_VERSION
from rules.container_floor import CONTAINER_FLOOR
from rules.container_images import CONTAINER_IMAGES
from rules.database_audit import DATABASE_AUDIT
from rules.database_availability import DATABASE_AVAILABILITY
from rules.database_backups import DATABASE_BACKUPS
from rules.database_encryption import DATABASE_ENCRYPTION
from rules.database_exposure import DATABASE_EXPOSURE
from rules.database_floor import DATABASE_FLOOR
from rules.database_logs import DATABASE_LOGS
from rules.database_monitoring import DATABASE_MONITORING
from rules.database_protection import DATABASE_PROTECTION
from rules.database_replica import DATABASE_REPLICA
from rules.database_transport import DATABASE_TRANSPORT
from rules.database_tuning import DATABASE_TUNING
from rules.database_upgrades import DATABASE_UPGRADES
from rules.database_version import DATABASE_VERSION
from rules.function_exposure import FUNCTION_EXPOSURE
from rules.group_minimum import GROUP_MINIMUM
from rules.instance_metadata import INSTANCE_METADATA
from rules.key_rotation import KEY_ROTATION
from rules.least_privilege import LEAST_PRIVILEGE
from rules.listener_encryption import LISTENER_ENCRYPTION
from rules.listener_rule_encryption import LISTENER_RULE_ENCRYPTION
from rules.load_balancer_headers import LOAD_BALANCER_HEADERS
from rules.load_balancer_logs import LOAD_BALANCER_LOGS
from rules.load_balancer_protection import LOAD_BALANCER_PROTECTION
from rules.log_retention import LOG_RETENTION
from rules.network_flow_logs import NETWORK_FLOW_LOGS
from rules.operating_system import OPERATING_SYSTEM
from rules.override_floor import OVERRIDE_FLOOR
from rules.oversight import OVERSIGHT
from rules.parameter_group_origin import PARAMETER_GROUP_ORIGIN
from rules.password_policy import PASSWORD_POLICY
from rules.public_access_block import PUBLIC_ACCESS_BLOCK
from rules.public_addresses import PUBLIC_ADDRESSES
from rules.public_ingress import PUBLIC_INGRESS
from rules.public_ingress_owner import PUBLIC_INGRESS_OWNER
from rules.public_policies import PUBLIC_POLICIES
from rules.public_sharing import PUBLIC_SHARING
from rules.required_tags import REQUIRED_TAGS
from rules.schedule_minimum import SCHEDULE_MINIMUM
from rules.server_floor import SERVER_FLOOR
from rules.ssd_volumes import SSD_VOLUMES
from rules.template_origin import TEMPLATE_ORIGIN
from rules.topic_encryption import TOPIC_ENCRYPTION
from rules.unmeasured_compute import UNMEASURED_COMPUTE
from rules.volume_encryption import VOLUME_ENCRYPTION
from rules.web_firewall import WEB_FIREWALL
from rules.websocket_timeouts import WEBSOCKET_TIMEOUTS

RULES_BY_TOPIC: Mapping[str, Sequence[AnyRule]] = {
    "Hardware": (
        SERVER_FLOOR,
        OVERRIDE_FLOOR,
        TEMPLATE_ORIGIN,
        DATABASE_FLOOR,
        CACHE_FLOOR,
        CONTAINER_FLOOR,
        GROUP_MINIMUM,
        SCHEDULE_MINIMUM,
        UNMEASURED_COMPUTE,
        SSD_VOLUMES,
    ),
    "Software and its configuration": (
        OPERATING_SYSTEM,
        DATABASE_VERSION,
        CACHE_VERSION,
        CONTAINER_IMAGES,
        DATABASE_TUNING,
        CACHE_TUNING,
        PARAMETER_GROUP_ORIGIN,
        WEBSOCKET_TIMEOUTS,
    ),
    "Encryption": (
        VOLUME_ENCRYPTION,
        DATABASE_ENCRYPTION,
        CACHE_ENCRYPTION,
        BUCKET_ENCRYPTION,
        TOPIC_ENCRYPTION,
        KEY_ROTATION,
        LISTENER_ENCRYPTION,
        LISTENER_RULE_ENCRYPTION,
        DATABASE_TRANSPORT,
        BUCKET_TRANSPORT,
    ),
    "Access": (
        DATABASE_EXPOSURE,
        FUNCTION_EXPOSURE,
        PUBLIC_ADDRESSES,
        PUBLIC_INGRESS,
        PUBLIC_INGRESS_OWNER,
        PUBLIC_ACCESS_BLOCK,
        BUCKET_PUBLIC_ACCESS,
        PUBLIC_POLICIES,
        PUBLIC_SHARING,
        LEAST_PRIVILEGE,
        PASSWORD_POLICY,
        INSTANCE_METADATA,
        LOAD_BALANCER_HEADERS,
        WEB_FIREWALL,
    ),
    "Durability and availability": (
        DATABASE_BACKUPS,
        DATABASE_PROTECTION,
        DATABASE_AVAILABILITY,
        DATABASE_REPLICA,
        DATABASE_UPGRADES,
        LOAD_BALANCER_PROTECTION,
        CACHE_DURABILITY,
        BUCKET_VERSIONING,
        BACKUP_COPIES,
    ),
    "Record and oversight": (
        AUDIT_TRAIL,
        DATABASE_AUDIT,
        DATABASE_LOGS,
        DATABASE_MONITORING,
        LOAD_BALANCER_LOGS,
        BUCKET_ACCESS_LOGS,
        NETWORK_FLOW_LOGS,
        LOG_RETENTION,
        OVERSIGHT,
        REQUIRED_TAGS,
    ),
}

RULES: Sequence[AnyRule] = [rule for rules in RULES_BY_TOPIC.values() for rule in rules]
