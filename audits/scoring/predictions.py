"""Takes predictions made elsewhere and lays them beside the rows of the data; for the child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audits.scoring.columns import as_text, check_columns, not_a_number
from audits.scoring.keys import check_keys
from audits.scoring.labels import check_classes, count_labels
from audits.scoring.outputs import ScoredRows, check_predictions, check_scores
from audits.scoring.truths import label_rows
from registry.inspection import cells, engines
from registry.inspection.opened_tables import OpenTable, read_table
from registry.inspection.serving import Tell
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_ROWS = 50_000

_COUNTS = gettext_noop(
    "The predictions have %(predictions)s rows, but the data have %(data)s. Hand in exactly one "
    "prediction for each row of the data."
)
_NOT_NUMBERS = gettext_noop(
    "The column score of the predictions holds values that are no numbers (for instance "
    "%(value)s). Hand in the number the model gave for each row."
)


def take(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Do what `audits.scoring.take_predictions` asks, and return the facts of its report."""
    task, label, keep, key = (request[name] for name in ("task", "label", "keep", "key"))
    paths = Path(request["data"]), Path(request["predictions"])
    later = [] if request["truth"] is None else [Path(request["truth"])]
    with engines.connect(*paths, *later) as connection:
        data = read_table(connection, paths[0], request["data_format"])
        predicted = read_table(connection, paths[1], request["predictions_format"])
        truth = read_table(connection, later[0], request["truth_format"]) if later else None
        keys = [key] if key else []
        own = [] if later or label is None else [label]
        check_columns(data, [*own, *keep, *keys])
        check_columns(predicted, ["prediction" if task == "multiclass" else "score", *keys])
        if data.rows != predicted.rows:
            raise Refused.because(
                "predictions.rows", _COUNTS, predictions=predicted.rows, data=data.rows
            )
        labelled = label_rows(data, truth, request)
        classes = _classes(predicted) if task == "multiclass" else ()
        check_classes(labelled.labels, label, classes)
        ours = {"label": labelled.labels.sql}
        ours |= {f"s{n}": sql for n, sql in enumerate(as_text(data, keep))}
        outcome = as_text(predicted, ["prediction"])[0] if classes else _score(predicted)
        query = _beside(data, predicted, labelled.rows.source, ours, outcome, key)
        with ScoredRows(Path(request["out"]), task=task, keep=keep) as scored:
            for batch in engines.batches(connection, query, rows=_ROWS):
                found, label_column, *kept = batch.columns
                scored.write(label_column, _checked(found, task, scored.rows + 1), kept)
                tell(100 * scored.rows // data.rows)
    return {
        **labelled.facts(),
        "rows": scored.rows,
        "classes": classes,
        "kept": scored.kept,
        "rows_with_gaps": 0,
        "libraries": {},
    }


def _classes(predicted: OpenTable) -> tuple[str, ...]:
    (sql,) = as_text(predicted, ["prediction"])
    return tuple(count_labels(predicted, sql, "prediction"))


def _score(predicted: OpenTable) -> str:
    place = predicted.place("score")
    type = cells.examine(predicted, [place])[place].type
    if type not in (*cells.NUMERIC, "empty"):
        value = not_a_number(predicted, place, type)
        raise Refused.because("predictions.not_numbers", _NOT_NUMBERS, value=value)
    return cells.number(place, type)


def _checked(found: Any, task: str, first_row: int) -> Any:
    if task == "multiclass":
        return check_predictions(found, first_row=first_row)
    return check_scores(found.to_numpy(zero_copy_only=False), task=task, first_row=first_row)


def _beside(
    data: OpenTable,
    predicted: OpenTable,
    rows: str,
    ours: dict[str, str],
    outcome: str,
    key: str | None,
) -> str:
    """Write the query for the outcome and our columns of each row, in the data's order."""
    names = ", ".join(["outcome", *ours])
    columns = ", ".join(f"{sql} AS {name}" for name, sql in ours.items())
    our_key = their_key = "NULL"
    if key is not None:
        (our_key,), (their_key,) = as_text(data, [key]), as_text(predicted, [key])
        check_keys(data, predicted, our_key=our_key, their_key=their_key, key=key)
    # Of places alone, as in OpenTable: no name of the data is in it.
    left = f"(SELECT row_number() OVER () AS n, {our_key} AS k, {columns} FROM {rows})"  # noqa: S608
    right = f"(SELECT {their_key} AS k, {outcome} AS outcome FROM {predicted.source})"  # noqa: S608
    if key is None:
        return f"SELECT {names} FROM {left} POSITIONAL JOIN {right}"  # noqa: S608
    return f"SELECT {names} FROM {left} JOIN {right} USING (k) ORDER BY n"  # noqa: S608
