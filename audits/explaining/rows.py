"""Fetches the chosen rows: their features as the model takes them, and every value as text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.inspection import cells, engines
from registry.inspection.listings import listed
from registry.inspection.loaders import Scorer
from registry.inspection.opened_tables import OpenTable
from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

_ROWS = 20_000
_NOT_NUMBERS = gettext_noop(
    "These features hold values that are no numbers, but the model takes numbers: %(columns)s. Hand"
    " in data encoded as in training; in CSV leave the cell empty where a value is missing."
)


@dataclass(frozen=True)
class Rows:
    """Some rows of the data.

    ``numbers`` are their numbers in the data, from 1; ``frame`` their features as the model takes
    them; ``texts`` the same as text, None where missing; ``sensitive`` the sensitive columns so.
    """

    numbers: Any
    frame: Any
    texts: Any
    sensitive: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, numbers: Any) -> Rows:
        """Return the rows of these numbers, in their order."""
        import numpy as np

        places = np.searchsorted(self.numbers, numbers)
        return Rows(
            self.numbers[places],
            self.frame.iloc[places].reset_index(drop=True),
            self.texts.iloc[places].reset_index(drop=True),
            {name: values[places] for name, values in self.sensitive.items()},
        )

    def digest(self) -> str:
        """Return the SHA-256 of these rows: of their numbers and values as text, as JSON."""
        content = {
            "features": list(self.texts.columns),
            "numbers": [int(number) for number in self.numbers],
            "rows": self.texts.to_numpy().tolist(),
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


def fetch(
    table: OpenTable,
    numbers: Any,
    *,
    features: Sequence[str],
    sensitive: Sequence[str],
    scorer: Scorer,
) -> Rows:
    """Fetch the rows of these numbers (from 1, ascending, each once) in one pass over the data."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    read, written = _expressions(table, features, scorer)
    kept = _texts(table, sensitive)
    listing = ", ".join(str(int(number)) for number in numbers)
    columns = ", ".join(f"{sql} AS e{n}" for n, sql in enumerate([*read, *written, *kept]))
    # Of places and whole numbers alone, as in OpenTable: no name of the data is in it.
    numbered = f"(SELECT row_number() OVER () AS n, * FROM {table.source})"  # noqa: S608
    query = f"SELECT n, {columns} FROM {numbered} WHERE n IN ({listing})"  # noqa: S608
    found = pa.Table.from_batches(engines.batches(table.connection, query, rows=_ROWS))
    found = found.sort_by("n")
    width = len(features)
    values = [found.column(1 + place).combine_chunks() for place in range(found.num_columns - 1)]
    texts = [np.array(column.to_pylist(), dtype=object) for column in values[width:]]
    return Rows(
        found.column(0).to_numpy(),
        frame_of(features, values[:width]),
        pd.DataFrame(dict(enumerate(texts[:width])), dtype=object).set_axis(list(features), axis=1),
        dict(zip(sensitive, texts[width:], strict=True)),
    )


def frame_of(features: Sequence[str], columns: Sequence[Any]) -> Any:
    """Make a pandas frame of Arrow columns: float64, or objects where text; a gap is NaN."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if all(pa.types.is_floating(column.type) for column in columns):
        numbers = [column.to_numpy(zero_copy_only=False) for column in columns]
        return pd.DataFrame(np.column_stack(numbers), columns=list(features))
    series = {}
    for place, column in enumerate(columns):
        if pa.types.is_floating(column.type):
            series[place] = pd.Series(column.to_numpy(zero_copy_only=False))
        else:
            values = [np.nan if value is None else value for value in column.to_pylist()]
            series[place] = pd.Series(values, dtype=object)
    return pd.DataFrame(series).set_axis(list(features), axis=1)


def _expressions(
    table: OpenTable, features: Sequence[str], scorer: Scorer
) -> tuple[list[str], list[str]]:
    """Write each feature as the model reads it, and as text; refuse those that do not fit."""
    places = [table.place(name) for name in features]
    facts = cells.examine(table, places)
    read, unfit = [], []
    for n, place in enumerate(places):
        reads, type = scorer.reads(n), facts[place].type
        is_number = type in (*cells.NUMERIC, "empty")
        if reads == "text" or (reads == "either" and not is_number):
            read.append(cells.text(place, type))
            continue
        read.append(cells.number(place, type) if is_number else "NULL")
        unfit += [] if is_number else [features[n]]
    if unfit:
        raise Refused.because("features.not_numbers", _NOT_NUMBERS, columns=listed(unfit))
    return read, [cells.text(place, facts[place].type) for place in places]


def _texts(table: OpenTable, names: Sequence[str]) -> list[str]:
    places = [table.place(name) for name in names]
    facts = cells.examine(table, places)
    return [cells.text(place, facts[place].type) for place in places]
