"""The laws of the rooms: who may import whom, and what must not be in the code at all.

Each law is a function from a module's name and text to the sentences it breaks, so that the last
tests can plant a violation and see that it is found.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("registry", "audits")
OURS = (*APPS, "mlops_gov", "benchmarks")
LONGEST_FILE = 300

RULES = ("registry.rules",)
INSPECTION = (*RULES, "registry.inspection")
MODELS = (*RULES, "registry.models")
SERVICES = (*INSPECTION, "registry.connections", *MODELS, "registry.services")
WRITERS = (*SERVICES, "registry.dispatch")
EXAMINED = ("audits.rules", *RULES)

# Room by room, the rooms it may import beside itself. A longer name wins over a shorter one.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "registry.apps": (),
    "registry.rules": (),
    "registry.inspection": RULES,
    "registry.connections": RULES,
    "registry.models": RULES,
    "registry.migrations": RULES,
    "registry.dispatch": (),
    "registry.services": WRITERS,
    "registry.templatetags": SERVICES,
    "registry.web": (*SERVICES, "registry.templatetags"),
    "registry.api": SERVICES,
    "registry.management": SERVICES,
    "registry.tasks": ("registry.services",),
    "audits.apps": (),
    "audits.rules": RULES,
    "audits.dispatch": (),
    "audits.measures": (*EXAMINED, "registry.connections"),
    "audits.charts": (*EXAMINED, "audits.measures"),
    "audits.wording": (*EXAMINED, "audits.measures"),
    "audits.scoring": (*EXAMINED, "registry.inspection"),
    "audits.explaining": (*EXAMINED, "audits.measures", "registry.inspection"),
    "audits.profiling": (*EXAMINED, "audits.measures", "registry.inspection"),
    "audits.suppression": EXAMINED,
    "audits.checking": ("registry.inspection",),
    "audits.rendering": (*EXAMINED, "audits.charts", "audits.suppression", "audits.wording"),
    "audits.models": (*EXAMINED, "registry.models"),
    "audits.migrations": EXAMINED,
    "audits.services": (
        *SERVICES,
        "audits.rules",
        "audits.models",
        "audits.dispatch",
        "audits.measures",
        "audits.scoring",
        "audits.explaining",
        "audits.profiling",
        "audits.rendering",
        "audits.wording",
    ),
    "audits.tasks": ("audits.services", "registry.services"),
    "audits.templatetags": (*EXAMINED, "audits.wording", "registry.templatetags"),
    "audits.web": (
        *SERVICES,
        "audits.rules",
        "audits.models",
        "audits.services",
        "audits.charts",
        "audits.suppression",
        "audits.wording",
        "audits.templatetags",
        "registry.templatetags",
        # The page helpers, and no other page.
        "registry.web.as_of",
        "registry.web.forms",
        "registry.web.lookups",
        "registry.web.requests",
        "registry.web.risk",
    ),
    "audits.api": (
        *SERVICES,
        "audits.rules",
        "audits.models",
        "audits.services",
        "audits.wording",
        # The shapes of answers and refusals, and no other resource.
        "registry.api.shapes",
        "registry.api.refusals",
    ),
    "audits.management": (
        *SERVICES,
        "audits.rules",
        "audits.models",
        "audits.services",
        "audits.wording",
    ),
}
# Rooms that have to work without these, wherever they are installed.
MUST_NOT_KNOW: dict[str, tuple[str, ...]] = {
    "registry.inspection": ("django", "celery", "rest_framework"),
    "registry.connections": ("django", "celery", "rest_framework"),
    "registry.models": ("celery", "rest_framework"),
    "registry.services": ("celery", "rest_framework"),
    "audits.measures": ("django", "celery", "rest_framework"),
    "audits.charts": ("django", "celery", "rest_framework"),
    "audits.scoring": ("django", "celery", "rest_framework"),
    "audits.explaining": ("django", "celery", "rest_framework"),
    "audits.profiling": ("django", "celery", "rest_framework"),
    "audits.suppression": ("django", "celery", "rest_framework"),
    "audits.rendering": ("celery", "rest_framework"),
    "audits.checking": ("django", "celery", "rest_framework"),
    "audits.models": ("celery", "rest_framework"),
    "audits.services": ("celery", "rest_framework"),
}
STANDARD_LIBRARY_ONLY = ("registry.rules", "audits.rules")
# What opens a file by running what is inside.
UNSAFE_MODULES = frozenset(
    {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "torch"}
)
UNSAFE_CALLS = frozenset({"eval", "exec", "__import__", "compile"})

Law = Callable[[str, str], Iterator[str]]


def sources() -> list[tuple[str, Path]]:
    """Return every module of ours, by its dotted name."""
    found = []
    for app in OURS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(part for part in parts if part != "__init__"), path))
    return found


def of(module: str, room: str) -> bool:
    """Whether the module is the room or lies in it."""
    return module == room or module.startswith(f"{room}.")


def room_of(module: str) -> str:
    """Return the name of the room a module lies in."""
    return ".".join(module.split(".")[:2])


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import with the dotted name it reaches for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module or ''}.{alias.name}") for alias in node.names)


def keeps_its_directions(module: str, text: str) -> Iterator[str]:
    """Find imports of rooms that this room must not know."""
    room = room_of(module)
    if room in APPS:
        allowed: tuple[str, ...] = ()
    elif module.startswith("mlops_gov"):
        allowed = ("mlops_gov", "registry.web", "registry.api", "audits.web", "audits.api")
    elif of(module, "benchmarks"):
        # It times what others use as well, and nobody uses the bench.
        allowed = (
            "benchmarks",
            "audits.measures",
            "audits.explaining",
            "audits.scoring",
            *SERVICES,
        )
    else:
        allowed = (*MAY_IMPORT[room], room)
    for node, name in imports(ast.parse(text)):
        if name.split(".")[0] in OURS and not any(of(name, one) for one in allowed):
            yield f"{module}:{node.lineno} imports {name}"


def imports_absolutely(module: str, text: str) -> Iterator[str]:
    """Find relative imports, which the other laws could not read."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{module}:{node.lineno} imports relatively"


def knows_nothing_foreign(module: str, text: str) -> Iterator[str]:
    """Find packages that this room has to do without."""
    room = room_of(module)
    for node, name in imports(ast.parse(text)):
        top = name.split(".")[0]
        unknown = top not in sys.stdlib_module_names and top not in OURS
        if room in STANDARD_LIBRARY_ONLY and unknown:
            yield f"{module}:{node.lineno} imports {top}, which is not the standard library"
        if top in MUST_NOT_KNOW.get(room, ()):
            yield f"{module}:{node.lineno} imports {top}"


def hides_no_import(module: str, text: str) -> Iterator[str]:
    """Find imports of our own code inside functions, where a cycle would hide."""
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node, name in imports(function):
                if name.split(".")[0] in OURS:
                    yield f"{module}:{node.lineno} imports {name} inside {function.name}"


def runs_nothing_from_a_file(module: str, text: str) -> Iterator[str]:
    """Find what would open a file by running what is inside it."""
    tree = ast.parse(text)
    for node, name in imports(tree):
        if name.split(".")[0] in UNSAFE_MODULES or name in {"yaml.load", "yaml.unsafe_load"}:
            yield f"{module}:{node.lineno} imports {name}"
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Name) and call.func.id in UNSAFE_CALLS:
            yield f"{module}:{call.lineno} calls {call.func.id}"
        if ast.unparse(call.func) in {"yaml.load", "yaml.unsafe_load", "numpy.load", "np.load"}:
            yield f"{module}:{call.lineno} calls {ast.unparse(call.func)}"
        if ast.unparse(call.func).endswith("read_pickle"):
            yield f"{module}:{call.lineno} reads a pickle"


def has_no_second_half(module: str, text: str) -> Iterator[str]:
    """Find behaviour that a service would not see: a model's own save or delete, and signals."""
    tree = ast.parse(text)
    for node, name in imports(tree):
        if ".signals" in f".{name}" and name.split(".")[0] in {"django", "celery"}:
            yield f"{module}:{node.lineno} imports {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any(
            "receiver" in ast.unparse(one) for one in node.decorator_list
        ):
            yield f"{module}:{node.lineno} receives a signal"
        if isinstance(node, ast.ClassDef) and room_of(module).endswith(".models"):
            is_model = any("Model" in ast.unparse(base) for base in node.bases)
            for method in node.body:
                if (
                    is_model
                    and isinstance(method, ast.FunctionDef)
                    and method.name in {"save", "delete", "full_clean", "clean"}
                ):
                    yield f"{module}:{method.lineno} overrides {node.name}.{method.name}"


def is_short(module: str, text: str) -> Iterator[str]:
    """Find files that ask to be split by noun; migrations are written by Django."""
    lines = text.count("\n")
    if lines > LONGEST_FILE and ".migrations." not in module:
        yield f"{module} has {lines} lines"


def catches_by_name(module: str, text: str) -> Iterator[str]:
    """Find handlers that swallow every error; one that raises again at its end swallows none."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = ast.unparse(node.type) if node.type else "BaseException"
        ends = node.body[-1]
        again = isinstance(ends, ast.Raise) and ends.exc is None
        if caught in {"Exception", "BaseException"} and not again:
            yield f"{module}:{node.lineno} catches {caught} and goes on"


LAWS: tuple[Law, ...] = (
    keeps_its_directions,
    imports_absolutely,
    knows_nothing_foreign,
    hides_no_import,
    runs_nothing_from_a_file,
    has_no_second_half,
    is_short,
    catches_by_name,
)
# Handed out as one file to people who have nothing else of ours: as long as it has to be, and with
# three packages beside the standard library (asn1crypto and certvalidator come with pyhanko).
HANDED_OUT = ROOT / "static" / "verify_report.py"
ITS_PACKAGES = frozenset(
    {"cryptography", "pyhanko", "pikepdf", "asn1crypto", "pyhanko_certvalidator"}
)
# The launcher is run as a folder before anything is installed; it is held by its own tests.
APART = "mlops_gov.launch"


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_no_module_breaks_a_law(law: Law) -> None:
    broken = [
        sentence
        for module, path in sources()
        if not of(module, APART) or law is is_short
        for sentence in law(module, path.read_text(encoding="utf-8"))
    ]
    assert broken == []


def test_the_file_that_is_handed_out_needs_nothing_of_ours_and_breaks_no_other_law() -> None:
    text = HANDED_OUT.read_text(encoding="utf-8")
    used = {name.split(".")[0] for _, name in imports(ast.parse(text))}
    assert used - sys.stdlib_module_names == ITS_PACKAGES
    others = (imports_absolutely, hides_no_import, runs_nothing_from_a_file, has_no_second_half)
    for law in (*others, catches_by_name):
        assert list(law("static.verify_report", text)) == [], law.__name__


def test_every_room_has_its_directions() -> None:
    rooms = {room_of(module) for module, _ in sources() if module.split(".")[0] in APPS}
    assert rooms - set(APPS) == set(MAY_IMPORT)


def test_the_registry_is_allowed_nothing_of_the_audits() -> None:
    for room, allowed in MAY_IMPORT.items():
        if of(room, "registry"):
            assert not [one for one in allowed if of(one, "audits")], room


def test_no_room_is_allowed_a_command_or_the_wiring() -> None:
    for room, allowed in MAY_IMPORT.items():
        assert not [one for one in allowed if "management" in one or of(one, "mlops_gov")], room


def test_the_allowed_directions_have_no_cycle() -> None:
    def reaches(room: str, seen: frozenset[str]) -> Iterator[str]:
        for other in {room_of(name) for name in MAY_IMPORT.get(room, ())} - {room}:
            assert other not in seen, f"{room} and {other} reach each other"
            yield from reaches(other, seen | {room})
            yield other

    for room in MAY_IMPORT:
        assert room not in set(reaches(room, frozenset({room})))


def test_only_tests_and_entry_points_know_the_wiring() -> None:
    known = [
        f"{module} imports {name}"
        for module, path in sources()
        if module.split(".")[0] in APPS
        for _, name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if of(name, "mlops_gov")
    ]
    assert known == []


PLANTED = (
    (keeps_its_directions, "registry.services.cards", "from audits.models import Run"),
    (keeps_its_directions, "registry.services.cards", "import audits.models"),
    (keeps_its_directions, "registry.services.cards", "from registry.web.forms import Form"),
    (keeps_its_directions, "registry.services.cards", "from registry.web import forms"),
    (keeps_its_directions, "registry.rules.cards", "from registry.models import Entry"),
    (keeps_its_directions, "registry.models.cards", "from registry.services import cards"),
    (keeps_its_directions, "registry.api.cards", "from registry.web.forms import Form"),
    (keeps_its_directions, "registry.web.cards", "import registry.api.cards"),
    (keeps_its_directions, "registry.web.cards", "import registry.management.commands.x"),
    (keeps_its_directions, "audits.web.runs", "from registry.web.cards import save"),
    (keeps_its_directions, "audits.dispatch", "from audits.tasks import perform_run"),
    (keeps_its_directions, "audits.tasks", "from audits.models import Run"),
    (keeps_its_directions, "audits.measures.counts", "from registry.models import Entry"),
    (keeps_its_directions, "audits.services.runs", "from mlops_gov import settings"),
    (keeps_its_directions, "audits", "from registry.models import Entry"),
    (keeps_its_directions, "benchmarks.fairness", "from audits.services import runs"),
    (keeps_its_directions, "audits.measures.counts", "from benchmarks.rows import SEED"),
    (imports_absolutely, "registry.web.cards", "from . import forms"),
    (knows_nothing_foreign, "registry.rules.cards", "import django"),
    (knows_nothing_foreign, "registry.rules.cards", "from numpy import array"),
    (knows_nothing_foreign, "registry.inspection.tables", "from django.conf import settings"),
    (knows_nothing_foreign, "audits.measures.counts", "from django.utils import timezone"),
    (knows_nothing_foreign, "audits.scoring.rows", "def f():\n    import celery"),
    (hides_no_import, "registry.models.cards", "def f():\n    from registry.models import Entry"),
    (hides_no_import, "registry.models.cards", "class A:\n    def f(self):\n        import audits"),
    (runs_nothing_from_a_file, "audits.scoring.rows", "import pickle"),
    (runs_nothing_from_a_file, "audits.scoring.rows", "from joblib import load"),
    (runs_nothing_from_a_file, "audits.scoring.rows", "eval('1')"),
    (runs_nothing_from_a_file, "audits.scoring.rows", "import yaml\nyaml.load('a')"),
    (runs_nothing_from_a_file, "audits.scoring.rows", "import pandas as pd\npd.read_pickle('a')"),
    (
        has_no_second_half,
        "registry.models.cards",
        "class Card(models.Model):\n    def save(self): ...",
    ),
    (has_no_second_half, "registry.apps", "from django.db.models.signals import post_save"),
    (has_no_second_half, "registry.apps", "from celery import signals"),
    (has_no_second_half, "registry.apps", "@receiver(post_save)\ndef f(): ..."),
    (is_short, "registry.services.cards", "x = 1\n" * 301),
    (catches_by_name, "registry.services.cards", "try: x\nexcept Exception: pass"),
    (catches_by_name, "registry.services.cards", "try: x\nexcept: y"),
)


@pytest.mark.parametrize(("law", "module", "text"), PLANTED)
def test_a_planted_violation_is_found(law: Law, module: str, text: str) -> None:
    assert list(law(module, text))


def test_what_is_allowed_is_not_found() -> None:
    for law, module, text in (
        (keeps_its_directions, "registry.services.cards", "from registry.rules import cards"),
        (keeps_its_directions, "registry.services.cards", "from registry.models import ModelCard"),
        (keeps_its_directions, "audits.web.runs", "from registry.web.forms import Form"),
        (knows_nothing_foreign, "registry.rules.cards", "import json\nimport hashlib"),
        (hides_no_import, "audits.measures.rows", "def f():\n    import ibis"),
        (is_short, "registry.services.cards", "x = 1\n" * 300),
        (catches_by_name, "registry.services.cards", "try: x\nexcept Exception:\n    raise"),
        (has_no_second_half, "registry.services.cards", "def save(): ..."),
    ):
        assert list(law(module, text)) == [], text
