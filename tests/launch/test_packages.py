"""The virtual environment: installed when it has to be, and only then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import packages
from interpreter import is_suitable
from places import Places

FILES = packages.RUNNING
PREPARE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import packages, places
from crew import Crew
root = Path(sys.argv[2])
here = places.Places(root, root / "var")
places.prepare(here)
with Crew(here, dict(os.environ)) as crew:
    packages.prepare(crew, packages.RUNNING)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """A folder with a space in its name, and requirements that need no download."""
    root = tmp_path_factory.mktemp("a project")
    (root / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    return Places(root, root / "var")


def prepare(project: Places) -> str:
    launch = Path(packages.__file__).parent
    command = [sys.executable, "-c", PREPARE, launch, project.root]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_environment_is_made_once_and_again_after_an_interruption(project: Places) -> None:
    first = prepare(project)
    assert "Making the virtual environment" in first
    assert "Installing requirements.txt" in first
    assert prepare(project) == ""

    # An installation takes the stamp away first and writes it last.
    packages.stamp_file(project).unlink()
    again = prepare(project)
    assert "Making the virtual environment" not in again
    assert "Installing requirements.txt" in again

    # What a half-made environment lacks is pip.
    (pip,) = (project.root / ".venv").glob("lib/python3.*/site-packages/pip")
    pip.rename(pip.with_name("gone"))
    assert "Making the virtual environment" in prepare(project)


def stamp(project: Places, version: str = "3.11.2") -> dict[str, str]:
    return packages.stamp(project, FILES, version)


def test_a_changed_requirement_a_changed_python_and_a_moved_folder_each_count(
    tmp_path: Path,
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
        (folder / "requirements.txt").write_text("one==1\n", encoding="utf-8")
    project = Places(here, here / "var")
    before = stamp(project)
    assert stamp(project) == before
    assert stamp(project, version="3.13.5") != before
    assert stamp(Places(there, there / "var")) != before
    (here / "requirements.txt").write_text("one==2\n", encoding="utf-8")
    assert stamp(project) != before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python": '])
def test_a_torn_stamp_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(text, encoding="utf-8")
    assert packages.read(path) == {}
    assert packages.read(tmp_path / "none.json") == {}


def test_what_is_installed_for_running_is_known_after_installing_for_developing(
    tmp_path: Path,
) -> None:
    for name in packages.DEVELOPING:
        (tmp_path / name).write_text("one==1\n", encoding="utf-8")
    project = Places(tmp_path, tmp_path / "var")
    kept = json.loads(json.dumps(packages.stamp(project, packages.DEVELOPING, "3.12.3")))
    assert packages.stamp(project, packages.RUNNING, "3.12.3").items() <= kept.items()


@pytest.mark.parametrize(
    "line",
    [
        "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
        "FileNotFoundError: [Errno 2] No such file or directory: 'cc'",
        "psutil/arch/all/init.h:10:10: fatal error: Python.h: No such file or directory",
    ],
)
def test_a_missing_compiler_is_recognised(line: str) -> None:
    assert packages.NO_COMPILER.search(line)


def test_a_missing_network_is_not_taken_for_a_missing_compiler() -> None:
    assert not packages.NO_COMPILER.search("ERROR: No matching distribution found for Django")


@pytest.mark.parametrize(
    ("version", "suitable"),
    [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False), ((2, 7), False)],
)
def test_the_project_runs_on_three_pythons(version: tuple[int, int], suitable: bool) -> None:
    assert is_suitable(version) is suitable
