"""What the pages for people say in tables is what the code holds; their links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from registry.rules import incidents, reviews
from registry.rules.policies import objections_to, ruling
from registry.rules.releases import ALWAYS_EXCLUDED, HANDS, MOVES, STATE_NAMES
from registry.services import policy_texts

ROOT = Path(__file__).parent.parent
GOVERNANCE = ROOT / "docs" / "governance.md"
POLICIES = ROOT / "docs" / "policies.md"
DELIVERED = ROOT / "registry" / "policies" / "default.yaml"
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
SETTINGS = [ROOT / "mlops_gov" / name for name in ("settings.py", "proof.py", "places.py")]
# Set for every program, or read beside the settings.
ELSEWHERE = {"LOG_LEVEL"}


def rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    under = page.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in under.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def variables_read() -> set[str]:
    """Return the names of the environment variables that the settings read."""
    trees = [ast.parse(module.read_text(encoding="utf-8")) for module in SETTINGS]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("env", "env_bool", "env_int", "env_list", "env_secret")
        and isinstance(call.args[0], ast.Constant)
    }


def test_the_table_of_moves_says_every_move_and_no_other() -> None:
    told = {
        (before.strip(), act.strip("`"), after)
        for befores, act, after, _ in rows(GOVERNANCE, "The life of a release")
        for before in befores.split(",")
    }
    assert told == {
        (STATE_NAMES[before], act.value, STATE_NAMES[after])
        for (before, act), after in MOVES.items()
    }


def test_the_table_of_duties_says_every_part_of_the_work() -> None:
    parts = [part.strip("`") for part, _ in rows(GOVERNANCE, "Separation of duties")]
    assert parts == list(HANDS)
    told = GOVERNANCE.read_text(encoding="utf-8").split("but never ", 1)[1].split(";", 1)[0]
    assert re.findall(r"`(\w+)`", told) == list(ALWAYS_EXCLUDED)


def test_the_table_of_incidents_says_the_days_and_the_article_of_each_kind() -> None:
    told = [tuple(row) for row in rows(GOVERNANCE, "Incidents, and the AI Act's clocks")]
    assert told == [
        (kind.name, str(kind.days or "none"), kind.article) for kind in incidents.KINDS.values()
    ]


def test_the_table_of_reviews_says_each_cause_and_its_days() -> None:
    told = [tuple(row) for row in rows(GOVERNANCE, "Reviews")]
    assert told == [(cause.name, *map(str, cause.days)) for cause in reviews.CAUSES.values()]


def test_the_stricter_tier_that_is_shown_is_the_delivered_one_and_no_objection_meets_it() -> None:
    under = POLICIES.read_text(encoding="utf-8").split("\n## Stronger signatures", 1)[1]
    told = yaml.safe_load(under.split("```yaml\n", 1)[1].split("```", 1)[0])[1]
    definition = policy_texts.parse(DELIVERED.read_text(encoding="utf-8"))
    tier = definition["tiers"]["1"]
    assert set(told) == {"evidence", "reauthentication"}
    assert told["evidence"] == {
        kind: {**ask, "independent": True} for kind, ask in tier["evidence"].items()
    }
    tier |= told
    assert objections_to(definition) == []
    for environment in ("", "staging", "production"):
        read = ruling(definition, 1, environment)
        assert read.reauthentication == "second_factor"
        assert all(ask.independent for ask in read.evidence)


def test_the_readme_names_every_setting_and_no_other() -> None:
    named = [name for row in rows(README, "Settings") for name in re.findall(r"`(\w+)`", row[0])]
    read = variables_read() | ELSEWHERE
    assert sorted(named) == sorted(read)


def test_compose_passes_on_nothing_that_nobody_reads() -> None:
    stack = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    passed = set(stack["x-product"]["environment"])
    assert passed <= variables_read()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_every_named_file_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link]
    files = re.findall(r"`((?:registry|audits|tests|mlops_gov)/[\w/]+\.(?:py|yaml))`", text)
    lost = [link for link in links if not (page.parent / link).exists()]
    assert lost + [file for file in files if not (ROOT / file).exists()] == []
