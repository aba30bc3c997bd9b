"""Only private images need rights."""

from components.aws.image_access import pull


def test_a_public_image_needs_no_rights() -> None:
    assert pull("messaging-app/ops:1.0.0") == []


def test_a_private_image_may_be_pulled_from_its_repository_alone() -> None:
    login, layers = pull("123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/ops:1.0.0")
    assert (login.actions, login.resources) == (["ecr:GetAuthorizationToken"], ["*"])
    assert layers.actions == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert layers.resources == ["arn:aws:ecr:eu-central-1:123456789012:repository/team/ops"]
