"""S3: what holds for every bucket of an account."""

from offline.provider.table import ID, Call, K, P, Read, Resource

_SWITCHES = {
    "BlockPublicAcls": P("blockPublicAcls", default=False),
    "BlockPublicPolicy": P("blockPublicPolicy", default=False),
    "IgnorePublicAcls": P("ignorePublicAcls", default=False),
    "RestrictPublicBuckets": P("restrictPublicBuckets", default=False),
}
_BLOCK = {
    "AccountId": P("accountId", replaces=True),
    "PublicAccessBlockConfiguration": _SWITCHES,
}

ACCOUNT_PUBLIC_ACCESS_BLOCK = Resource(
    token="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    service="s3control",
    create=Call("put_public_access_block", _BLOCK),
    id="{accountId}",
    update=(Call("put_public_access_block", _BLOCK),),
    read=(
        Read(
            "get_public_access_block",
            {"AccountId": ID},
            "PublicAccessBlockConfiguration",
            {leaf.name: api for api, leaf in _SWITCHES.items()},
        ),
    ),
    delete=(Call("delete_public_access_block", {"AccountId": K("accountId")}),),
    gone=("NoSuchPublicAccessBlockConfiguration",),
)

RESOURCES: tuple[Resource, ...] = (ACCOUNT_PUBLIC_ACCESS_BLOCK,)
