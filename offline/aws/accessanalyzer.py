"""IAM Access Analyzer."""

from offline.aws.tags import retag
from offline.provider.table import ID, Call, K, P, Read, Resource

ANALYZER = Resource(
    token="aws:accessanalyzer/analyzer:Analyzer",
    service="accessanalyzer",
    create=Call(
        "create_analyzer",
        {"analyzerName": P("analyzerName"), "type": P("type"), "tags": P("tags")},
        returns={"arn": "arn"},
    ),
    id="{analyzerName}",
    update=(
        retag(
            "tag_resource",
            "untag_resource",
            {"resourceArn": K("arn")},
            tags_as=dict,
            tags_name="tags",
            keys_name="tagKeys",
        ),
    ),
    read=(
        Read(
            "get_analyzer",
            {"analyzerName": ID},
            "analyzer",
            {"analyzerName": "name", "type": "type", "arn": "arn", "tags": "tags"},
        ),
    ),
    delete=(Call("delete_analyzer", {"analyzerName": ID}),),
    gone=("ResourceNotFoundException",),
)

RESOURCES: tuple[Resource, ...] = (ANALYZER,)
