import pytest

from toolchain import progress


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert progress.elapsed(seconds) == text


def test_log_shows_start_detail_and_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_LOG_SECONDS", 0.01)
    shown = ""
    with progress.Progress("Building") as step:
        step.detail = "1 of 2 packages"
        while "1 of 2 packages" not in shown:
            shown += capsys.readouterr().out
    shown += capsys.readouterr().out

    lines = shown.splitlines()
    assert lines[0] == "Building …"
    assert "  Building: 1 of 2 packages, 0 s" in lines
    assert lines[-1] == "Building: done in 0 s"


def test_failed_step_is_not_called_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), progress.Progress("Building"):
        raise ValueError("broken")

    assert capsys.readouterr().out.splitlines()[-1] == "Building: stopped after 0 s"


def test_terminal_line_is_rewritten_and_never_wraps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(progress, "_TERMINAL_SECONDS", 0.01)
    shown = ""
    with progress.Progress("Building") as step:
        step.detail = "a detail of many words"
        while "a detail" not in shown:
            shown += capsys.readouterr().out

    rewritten = [part for part in shown.split("\r\x1b[K") if "a detail" in part]
    assert rewritten[0] == "Building: a detail "
