"""The sandbox: what a child may do, and how each of its ends is told."""

import os
import time
from pathlib import Path

import pytest

from registry.inspection import replies
from registry.inspection.sandbox import ROOT, Limits, run
from registry.inspection.serving import serve
from registry.rules.refusals import Refused

LIMITS = Limits(wall_seconds=20, cpu_seconds=10, memory_bytes=2 * 1024**3)


def ask(deed: str, limits: Limits = LIMITS, **more):
    return run("tests.registry.test_inspection_sandbox", {"deed": deed, **more}, limits=limits)


def refusal(deed: str, limits: Limits = LIMITS) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        ask(deed, limits)
    (objection,) = refused.value.objections
    return objection.code, str(objection)


def test_a_child_answers_and_tells_of_its_progress():
    heard: list[object] = []
    answer = run(
        "tests.registry.test_inspection_sandbox",
        {"deed": "answer", "with": "é😀"},
        limits=LIMITS,
        on_line=heard.append,
    )
    assert answer == {"with": "é😀"}
    assert heard == [10, 90]


def test_what_libraries_print_does_not_disturb_the_answer():
    assert ask("print") == {"printed": True}


def test_a_child_starts_in_an_empty_directory_of_its_own_that_is_gone_afterwards():
    answer = ask("look around")
    assert answer["files"] == []
    assert answer["home"] == answer["directory"]
    assert not Path(answer["directory"]).exists()


def test_a_child_inherits_no_secret(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setenv("SECRET_KEY", "secret")
    assert "secret" not in str(ask("look around")["environment"])


def test_a_child_needs_no_django():
    assert ask("look around")["django"] is False


def test_a_refusal_in_the_child_is_raised_as_it_was():
    with pytest.raises(Refused) as refused:
        ask("refuse")
    (objection,) = refused.value.objections
    assert (objection.code, str(objection)) == ("test.no", "No é for 3 reasons.")


def test_death_by_signal_is_told_with_its_number():
    code, sentence = refusal("abort")
    assert code == "sandbox.died"
    assert "signal 6" in sentence


def test_too_much_memory_is_refused_as_such():
    assert refusal("fill the memory")[0] == "sandbox.memory"


def test_sleeping_past_the_wall_clock_is_refused_in_time():
    started = time.monotonic()
    assert refusal("sleep", Limits(wall_seconds=1))[0] == "sandbox.time"
    assert time.monotonic() - started < 5


def test_spinning_past_the_processor_time_is_refused():
    assert refusal("spin", Limits(wall_seconds=20, cpu_seconds=1))[0] == "sandbox.time"


def test_talking_without_end_is_refused():
    assert refusal("talk", Limits(answer_bytes=100_000))[0] == "sandbox.talkative"


def test_an_unexpected_error_is_told_without_its_traceback():
    code, sentence = refusal("stumble")
    assert code == "sandbox.failed"
    assert "KeyError: 'left'" in sentence
    assert "Traceback" not in sentence


def test_a_child_that_goes_without_an_answer_is_refused():
    assert refusal("leave")[0] == "sandbox.failed"


def test_a_file_that_grows_past_its_limit_is_refused():
    assert refusal("write", Limits(file_bytes=1000))[0] == "sandbox.failed"


@pytest.mark.parametrize("deed", ["open a socket", "start a program", "kill", "leave the group"])
def test_a_child_cannot_reach_beyond_itself(deed):
    code, sentence = refusal(deed)
    assert code == "sandbox.failed"
    assert "PermissionError" in sentence


def test_a_child_reads_the_files_it_is_given_and_no_others(tmp_path):
    given, other = tmp_path / "given", tmp_path / "other"
    for path in (given, other):
        path.write_text("content")
    answers = run(
        "tests.registry.test_inspection_sandbox",
        {"deed": "read", "paths": [str(given), str(other), "/etc/passwd", f"{ROOT}/manage.py"]},
        limits=LIMITS,
        reads=[given],
    )
    assert answers["read"] == ["content", None, None, None]


def test_a_child_cannot_read_the_environment_of_the_process_that_started_it():
    assert ask("read", paths=[f"/proc/{os.getpid()}/environ"])["read"] == [None]


def test_a_child_writes_the_files_it_is_given_and_no_others(tmp_path):
    given, other, new = tmp_path / "given", tmp_path / "other", tmp_path / "new"
    for path in (given, other):
        path.write_text("before")
    answers = run(
        "tests.registry.test_inspection_sandbox",
        {"deed": "overwrite", "paths": [str(given), str(other), str(new), "mine"]},
        limits=LIMITS,
        writes=[given],
    )
    assert answers["written"] == [True, False, False, True]
    assert (given.read_text(), other.read_text(), new.exists()) == ("after", "before", False)


def test_what_a_child_leaves_behind_is_killed_with_it():
    left = ask("fork")["pid"]
    deadline = time.monotonic() + 5
    while _is_running(left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(left)


def test_a_failing_listener_ends_the_child():
    def stop(value: object) -> None:
        raise RuntimeError("cancelled")

    started = time.monotonic()
    with pytest.raises(RuntimeError, match="cancelled"):
        run(
            "tests.registry.test_inspection_sandbox",
            {"deed": "tell and sleep"},
            limits=LIMITS,
            on_line=stop,
        )
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"[]",
        b'{"answer": 1, "refused": []}',
        b'{"refused": []}',
        b'{"refused": [{"code": "x", "message": "%(n)999999999d", "params": {"n": 1}}]}',
        b'{"refused": [{"code": "x", "message": "%(n)s", "params": {}}]}',
        b'{"refused": [{"code": "<b>", "message": "no", "params": {}}]}',
    ],
)
def test_a_made_up_line_of_a_child_is_not_believed(line):
    with pytest.raises(Refused) as refused:
        replies._said(line)
    assert refused.value.objections[0].code == "sandbox.failed"


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text()
    except PermissionError:
        return None


def _overwrite(path: str) -> bool:
    try:
        Path(path).write_text("after")
    except PermissionError:
        return False
    return True


def _misbehave(request, tell):
    """Do the deed asked for; this is the child."""
    import signal
    import socket
    import subprocess
    import sys

    match request["deed"]:
        case "answer":
            tell(10)
            tell(90)
            return {"with": request["with"]}
        case "print":
            print("noise")  # noqa: T201
            os.write(1, b"more noise\n")
            return {"printed": True}
        case "look around":
            return {
                "files": os.listdir(),
                "directory": os.getcwd(),
                "home": os.environ["HOME"],
                "environment": dict(os.environ),
                "django": "django" in sys.modules,
            }
        case "refuse":
            raise Refused.because("test.no", "No %(what)s for %(n)s reasons.", what="é", n=3)
        case "abort":
            os.abort()
        case "fill the memory":
            return {"length": len(bytearray(8 * 1024**3))}
        case "sleep":
            time.sleep(60)
        case "tell and sleep":
            tell(1)
            time.sleep(60)
        case "spin":
            while True:
                pass
        case "talk":
            while True:
                tell("x" * 1000)
        case "stumble":
            return {}["left"]
        case "leave":
            os._exit(0)
        case "write":
            with open("big", "wb") as file:
                file.write(b"x" * 10_000)
        case "read":
            return {"read": [_read(path) for path in request["paths"]]}
        case "overwrite":
            return {"written": [_overwrite(path) for path in request["paths"]]}
        case "open a socket":
            socket.socket()
        case "start a program":
            subprocess.run(["true"])
        case "kill":
            os.kill(os.getppid(), signal.SIGTERM)
        case "leave the group":
            os.setsid()
        case "fork":
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
            return {"pid": pid}
    return {}


if __name__ == "__main__":
    serve(_misbehave)
