"""Two administrators who edit the risk matrix at the same instant."""

from __future__ import annotations

from collections.abc import Callable

from registry.models import RiskMatrix
from registry.rules.matrices import DEFAULT_MATRIX
from registry.rules.refusals import Refused
from registry.services import matrices
from tests.cast import gather
from tests.registry.test_at_once import at_once


def test_of_editions_written_at_once_on_the_same_one_a_single_one_stands(committed_db: str) -> None:
    cast = gather()

    def edit(impact: int) -> Callable[[], object]:
        definition = {**DEFAULT_MATRIX, "floor": {"impact": impact, "level": "high"}}
        return lambda: matrices.edit(
            definition=definition, reason="Impact counts more.", based_on=1, by=cast.admin
        )

    done = at_once(*(edit(impact) for impact in (2, 3, 4, 5)))
    refused = [one for one in done if isinstance(one, Refused)]
    assert [str(one.objections[0].code) for one in refused] == ["matrix.edited_meanwhile"] * 3
    assert list(RiskMatrix.objects.values_list("edition", flat=True)) == [2, 1]
