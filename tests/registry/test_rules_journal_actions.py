"""What the journal's actions are called: every action that any service records has a name."""

from __future__ import annotations

import ast
import importlib

from registry.rules.journal_actions import ACTION_NAMES, action_name
from registry.rules.retention import DELETIONS
from tests.registry.test_signed_acts import actions_of, calls, modules, names_in


def parameters(tree: ast.AST) -> dict[str, int]:
    """Return the functions that take the action they record, and at which place they take it."""
    return {
        node.name: place
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for place, argument in enumerate(node.args.args)
        if argument.arg == "action"
    }


def of_constants(argument: ast.expr, module: str) -> set[str]:
    """Return the action a module's constant stands for, or what `names_in` finds."""
    if isinstance(argument, ast.Name):
        return {getattr(importlib.import_module(module), argument.id, "")}
    if isinstance(argument, ast.IfExp):
        return of_constants(argument.body, module) | of_constants(argument.orelse, module)
    # An action that was read from an entry is recorded by nobody here.
    return set() if isinstance(argument, ast.Subscript) else names_in(argument, module)


def recorded_anywhere() -> set[str]:
    found = set(DELETIONS)
    for module, tree in modules():
        takes = parameters(tree)
        for call in calls(tree):
            called = ast.unparse(call.func).rsplit(".", 1)[-1]
            if called in ("record", "_record"):
                found |= actions_of(call, module)
                found |= of_constants(call.args[0], module) if call.args else set()
            elif called in takes and len(call.args) > takes[called]:
                found |= of_constants(call.args[takes[called]], module)
            for key in call.keywords:
                if key.arg == "action":
                    found |= of_constants(key.value, module)
    return {one for one in found if isinstance(one, str) and "." in one}


def test_every_action_that_is_recorded_has_a_name() -> None:
    recorded = recorded_anywhere()
    # The scan finds what is recorded by a constant, through a helper and by a keyword.
    assert {
        "release.submitted",
        "journal.check_asked",
        "version.data_attached",
        "relation.made",
        "signature.failed",
        "report.dossier_deleted",
        "dataset_version.rows_deleted",
    } <= recorded
    assert not recorded - set(ACTION_NAMES)


def test_no_two_actions_are_called_the_same() -> None:
    assert len(set(ACTION_NAMES.values())) == len(ACTION_NAMES)


def test_an_action_of_an_earlier_time_is_made_readable() -> None:
    assert action_name("release.approved") == "Release approved"
    assert action_name("thing.was_once_done") == "Thing was once done"
