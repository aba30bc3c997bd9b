"""Foreseeable faults: one sentence for the user and an exit code, never a traceback."""

from typing import TYPE_CHECKING, Any

from scripts.exit_codes import ExitCode

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


class OpsError(Exception):
    """What was wrong, where, what is allowed and what to do next, in whole sentences."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code


def explained(  # noqa: PLR0911  (a table: one case a kind of error)
    error: BaseException,
) -> OpsError | None:
    """Return what a foreseeable error of a library means to the user; None for a fault of ours."""
    # Here, for most runs have no fault to explain, and these take longer than some commands.
    import psycopg  # noqa: PLC0415
    from botocore.exceptions import (  # noqa: PLC0415
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        NoCredentialsError,
    )

    match error:
        case OpsError():
            return error
        case psycopg.errors.DiskFull():
            return OpsError(
                f"The disk of the PostgreSQL server is full: {_line(error)}. Make room there, then "
                "run this again."
            )
        case psycopg.OperationalError():
            return OpsError(f"PostgreSQL: {_line(error)}.", ExitCode.UNREACHABLE)
        case psycopg.Error():
            return OpsError(f"PostgreSQL refused a statement: {_line(error)}.")
        case NoCredentialsError():
            return OpsError(
                "There are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or run this where a role gives them.",
                ExitCode.MISCONFIGURED,
            )
        case EndpointConnectionError() | ConnectTimeoutError():
            return OpsError(f"AWS does not answer: {_line(error)}.", ExitCode.UNREACHABLE)
        case ClientError():
            return _refused_by_aws(error)
        case BotoCoreError():
            return OpsError(f"AWS: {_line(error)}.", ExitCode.UNREACHABLE)
        case OSError():
            return OpsError(f"A file or connection could not be used: {_line(error)}.")
        case _:
            return None


def is_denied(error: "ClientError") -> bool:
    """Whether AWS says that these credentials have no right to it."""
    return _code(error) in {"AccessDenied", "AccessDeniedException", "403", "Forbidden"}


def is_missing(error: "ClientError") -> bool:
    """Whether AWS says that it is not there."""
    return _code(error) in {"NoSuchKey", "NoSuchBucket", "NoSuchUpload", "NotFound", "404"}


def _refused_by_aws(error: "ClientError") -> OpsError:
    operation = error.operation_name
    said = str(_answer(error).get("Message", "") or _code(error)).rstrip(".")
    if _code(error) == "RequestTimeTooSkewed":
        return OpsError(
            f"AWS did not allow {operation}, because this machine's clock is wrong: {said}. Set "
            "the clock, then run this again.",
            ExitCode.UNREACHABLE,
        )
    unknown = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
    if is_denied(error) or _code(error) in unknown:
        return OpsError(f"AWS did not allow {operation}: {said}.", ExitCode.UNREACHABLE)
    if is_missing(error):
        return OpsError(
            f"AWS does not have what {operation} asked for: {said}.", ExitCode.NOT_FOUND
        )
    return OpsError(f"AWS could not do {operation}: {said} ({_code(error)}).")


def _answer(error: "ClientError") -> dict[str, Any]:
    return dict(error.response.get("Error", {}))


def _code(error: "ClientError") -> str:
    return str(_answer(error).get("Code", ""))


def _line(error: BaseException) -> str:
    """Return the error's text in one line, without a full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
