"""What a server needs to pull a container image."""

from components.aws.server_template import Permission
from service_config.registry import ecr_repository


def pull(image: str) -> list[Permission]:
    """Return the permissions to pull `image`: none, unless it is in a private registry of ECR."""
    repository = ecr_repository(image)
    if repository is None:
        return []
    arn = f"arn:aws:ecr:{repository.region}:{repository.account}:repository/{repository.name}"
    return [
        # A token is for the whole registry; AWS offers no narrower resource for this action.
        Permission(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Permission(actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources=[arn]),
    ]
