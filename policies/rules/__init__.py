"""The rules of the pack, one a module. A new rule is a new module and a line here."""

from collections.abc import Sequence

from evaluation.rule import AnyRule
from rules.bucket_encryption import BUCKET_ENCRYPTION
from rules.bucket_public_access import BUCKET_PUBLIC_ACCESS
from rules.cache_durability import CACHE_DURABILITY
from rules.cache_encryption import CACHE_ENCRYPTION
from rules.cache_floor import CACHE_FLOOR
from rules.database_encryption import DATABASE_ENCRYPTION
from rules.database_exposure import DATABASE_EXPOSURE
from rules.database_floor import DATABASE_FLOOR
from rules.function_exposure import FUNCTION_EXPOSURE
from rules.listener_encryption import LISTENER_ENCRYPTION
from rules.override_floor import OVERRIDE_FLOOR
from rules.public_access_block import PUBLIC_ACCESS_BLOCK
from rules.public_addresses import PUBLIC_ADDRESSES
from rules.public_ingress import PUBLIC_INGRESS
from rules.public_ingress_owner import PUBLIC_INGRESS_OWNER
from rules.public_policies import PUBLIC_POLICIES
from rules.public_sharing import PUBLIC_SHARING
from rules.server_floor import SERVER_FLOOR
from rules.ssd_volumes import SSD_VOLUMES
from rules.template_origin import TEMPLATE_ORIGIN
from rules.topic_encryption import TOPIC_ENCRYPTION
from rules.unmeasured_compute import UNMEASURED_COMPUTE
from rules.volume_encryption import VOLUME_ENCRYPTION

RULES: Sequence[AnyRule] = (
    SERVER_FLOOR,
    OVERRIDE_FLOOR,
    TEMPLATE_ORIGIN,
    DATABASE_FLOOR,
    CACHE_FLOOR,
    UNMEASURED_COMPUTE,
    SSD_VOLUMES,
    VOLUME_ENCRYPTION,
    DATABASE_ENCRYPTION,
    CACHE_ENCRYPTION,
    BUCKET_ENCRYPTION,
    TOPIC_ENCRYPTION,
    LISTENER_ENCRYPTION,
    CACHE_DURABILITY,
    DATABASE_EXPOSURE,
    FUNCTION_EXPOSURE,
    PUBLIC_ADDRESSES,
    PUBLIC_INGRESS,
    PUBLIC_INGRESS_OWNER,
    PUBLIC_ACCESS_BLOCK,
    BUCKET_PUBLIC_ACCESS,
    PUBLIC_POLICIES,
    PUBLIC_SHARING,
)
