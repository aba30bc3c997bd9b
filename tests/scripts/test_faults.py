import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained, is_denied, is_missing


def answer(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            answer("AccessDenied", "Access Denied."),
            ExitCode.UNREACHABLE,
            "AWS did not allow PutObject: Access Denied.",
        ),
        (
            answer("NoSuchBucket", "The specified bucket does not exist"),
            ExitCode.NOT_FOUND,
            "AWS does not have what PutObject asked for: The specified bucket does not exist.",
        ),
        (
            answer("SlowDown", "Reduce your request rate"),
            ExitCode.FAILED,
            "AWS could not do PutObject: Reduce your request rate (SlowDown).",
        ),
        (
            EndpointConnectionError(endpoint_url="http://localhost:1"),
            ExitCode.UNREACHABLE,
            'AWS does not answer: Could not connect to the endpoint URL: "http://localhost:1".',
        ),
        (
            NoCredentialsError(),
            ExitCode.MISCONFIGURED,
            "There are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or run this where a role gives them.",
        ),
        (
            FileNotFoundError(2, "No such file", "/backup.key"),
            ExitCode.FAILED,
            "A file or connection could not be used: [Errno 2] No such file: '/backup.key'.",
        ),
    ],
)
def test_a_foreseeable_error_is_a_sentence(error: Exception, code: ExitCode, message: str) -> None:
    fault = explained(error)
    assert fault and (fault.code, str(fault)) == (code, message)


def test_a_fault_is_passed_on_as_it_is() -> None:
    fault = OpsError("It is so.", ExitCode.REFUSED)
    assert explained(fault) is fault


def test_a_fault_of_the_program_is_not_explained_away() -> None:
    assert explained(KeyError("ours")) is None


def test_rights_and_absence_are_told_apart() -> None:
    assert is_denied(answer("AccessDenied")) and not is_missing(answer("AccessDenied"))
    assert is_missing(answer("404")) and not is_denied(answer("404"))
