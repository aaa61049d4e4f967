"""What counts as a decision: every act that is signed, and nothing that no service records."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.rules.checkpoints import DECISIONS

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDERS = ("record", "_record")
Functions = dict[str, ast.FunctionDef]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every service, by its dotted name."""
    for room in ("registry/services", "audits/services"):
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def named(call: ast.Call) -> str:
    """Return the dotted name of what is called, as it is written."""
    return ast.unparse(call.func)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def actions_of(call: ast.Call, module: str) -> set[str]:
    """Return the names that a call of `record` may tell, with those of a table in its module."""
    return set().union(*(names_in(argument, module) for argument in call.args[:2]))


def names_in(argument: ast.expr, module: str) -> set[str]:
    match argument:
        case ast.Constant(value=str(name)):
            return {name}
        case ast.IfExp(body=one, orelse=other):
            return names_in(one, module) | names_in(other, module)
        case ast.Subscript(value=ast.Name(id=table)):
            return set(getattr(importlib.import_module(module), table).values())
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), ast.FormattedValue(value=one)]):
            return {f"{start}{name}" for name in names_in(one, module)}
    return set()


def recorded(tree: ast.AST, module: str, *, by_people: bool = False) -> set[str]:
    """Return what a piece of code records; with ``by_people`` not what happens by itself."""
    found = set[str]()
    for call in calls(tree):
        by_itself = any(
            key.arg == "by" and isinstance(key.value, ast.Constant) and key.value.value is None
            for key in call.keywords
        )
        if named(call).rsplit(".", 1)[-1] in RECORDERS and not (by_people and by_itself):
            found |= actions_of(call, module)
    return found


def reached(function: str, functions: Functions, seen: set[str]) -> set[str]:
    """Return the functions of the same module that a function comes to, itself included."""
    if function in seen:
        return seen
    seen.add(function)
    for call in calls(functions[function]):
        if named(call) in functions:
            reached(named(call), functions, seen)
    return seen


def signed_acts() -> Iterator[tuple[str, set[str]]]:
    """Yield every service that asks for a signature, with what it then records of the signer."""
    for module, tree in modules():
        functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        for name in functions:
            touched = reached(name, functions, set())
            asks = any(
                named(call) == "signatures.check"
                for one in touched
                for call in calls(functions[one])
            )
            if asks and not name.startswith("_"):
                bodies = [recorded(functions[one], module, by_people=True) for one in touched]
                yield f"{module}.{name}", set().union(*bodies)


SIGNED = dict(signed_acts())


def test_every_service_that_asks_for_a_signature_is_found() -> None:
    assert {name.removeprefix("registry.services.") for name in SIGNED} == {
        "attestations.confirm",
        "decisions.decide",
        "overrides.request",
        "overrides.sign",
        "policy_approvals.approve",
        "tier_overrides.confirm",
    }


@pytest.mark.parametrize("name", sorted(SIGNED))
def test_whatever_is_signed_is_a_decision(name: str) -> None:
    assert SIGNED[name]
    assert SIGNED[name] <= DECISIONS


def test_no_decision_has_a_name_that_nothing_records() -> None:
    told = set().union(*(recorded(tree, module) for module, tree in modules()))
    assert sorted(DECISIONS - told) == []
