"""What stands against a run before it is queued: data, version and kind have to go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audits.models import Run
from audits.rules import options as rules
from audits.rules.options import Options
from audits.rules.runs import KIND_NAMES, Kind
from audits.services import connections
from registry.models import DatasetVersion, ModelVersion
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop
from registry.services import retention

JUDGED = frozenset({Kind.PERFORMANCE, Kind.FAIRNESS})
SCORED = frozenset({*JUDGED, Kind.DRIFT})


@dataclass(frozen=True)
class Asked:
    """A run as somebody asks for it."""

    version: ModelVersion
    data: DatasetVersion
    kind: str
    options: Options = Options()
    predictions: Path | None = None
    reference: DatasetVersion | None = None
    truth: DatasetVersion | None = None


def objections_to(asked: Asked) -> list[Objection]:
    """Return everything that stands against the run, at once."""
    if asked.kind not in set(Kind):
        return [
            Objection(
                "run.kind",
                gettext_noop("There is no run of the kind %(kind)s; choose one of %(known)s."),
                {"kind": asked.kind, "known": ", ".join(KIND_NAMES)},
            )
        ]
    columns = [column["name"] for column in asked.data.columns]
    return [
        *_where_it_is(asked),
        *_readable(asked),
        *_training_data(asked),
        *_scores(asked),
        *_columns(asked),
        *_groups(asked),
        *_compared(asked),
        *rules.objections_to(
            asked.options,
            asked.kind,
            columns,
            label=asked.version.label_column,
            sensitive=asked.data.sensitive_columns,
            rows=asked.data.rows,
        ),
        *_under_way(asked),
    ]


def is_attached(version: ModelVersion, data: DatasetVersion) -> bool:
    """Say whether the data is attached to the version now."""
    return version.data_links.attached().filter(data=data).exists()


def _where_it_is(asked: Asked) -> Iterator[Objection]:
    """Later batches are compared without being attached: what a release rests on stays the same."""
    unit = asked.version.model.unit_id
    is_batch = asked.kind == Kind.DRIFT and asked.data.role == "production"
    if is_batch and asked.data.dataset.unit_id != unit:
        yield Objection(
            "run.data_of_another_unit",
            gettext_noop("The data belongs to another unit than the model; choose your own."),
        )
    if not is_batch and not is_attached(asked.version, asked.data):
        yield Objection(
            "run.data_not_attached",
            gettext_noop("This data is not attached to the version; attach it first."),
        )
    if asked.reference is not None and not is_attached(asked.version, asked.reference):
        yield Objection(
            "run.reference_not_attached",
            gettext_noop(
                "The reference is not attached to the version; choose data that is, such as the"
                " test data."
            ),
        )
    if asked.truth is not None and asked.truth.dataset.unit_id != unit:
        yield Objection(
            "run.truth_of_another_unit",
            gettext_noop("The later labels belong to another unit; choose your own."),
        )


def _readable(asked: Asked) -> Iterator[Objection]:
    """Rows may have been deleted, or stay behind a connection."""
    for data in filter(None, (asked.data, asked.reference, asked.truth)):
        found = retention.objection_to_reading(data) or connections.objection(asked.kind, data)
        if found is not None:
            yield found
    if asked.kind in JUDGED:
        yield from connections.misfits(asked.data, asked.version)


def _training_data(asked: Asked) -> Iterator[Objection]:
    trained_on = asked.version.data_links.filter(data__role="train", data__file=asked.data.file_id)
    if asked.kind in JUDGED and (asked.data.role == "train" or trained_on.exists()):
        yield Objection(
            "run.training_data",
            gettext_noop("A model is not judged on its training data; choose the test data."),
        )


def _scores(asked: Asked) -> Iterator[Objection]:
    version, predictions = asked.version, asked.predictions
    if asked.kind == Kind.EXPLANATION and version.is_vendor_model:
        yield Objection(
            "run.nothing_to_explain",
            gettext_noop(
                "This version has no artefact, so there is nothing to explain here; hand in the"
                " vendor's own explanation as evidence."
            ),
        )
    if asked.kind == Kind.DRIFT and version.is_vendor_model:
        yield Objection(
            "run.drift_of_a_vendor_model",
            gettext_noop(
                "This version has no artefact to score both sides with; hand in the vendor's own"
                " drift report as evidence."
            ),
        )
    if asked.kind not in JUDGED and predictions is not None:
        yield Objection(
            "run.predictions_of_another_kind",
            gettext_noop("A run of this kind takes no predictions; leave them out."),
        )
    if asked.kind not in JUDGED or asked.data.format == "query":
        return
    if version.is_vendor_model and predictions is None:
        yield Objection(
            "run.no_predictions",
            gettext_noop(
                "This version has no artefact to score with; hand in the vendor's predictions."
            ),
        )
    if not version.is_vendor_model and predictions is not None:
        yield Objection(
            "run.predictions_not_wanted",
            gettext_noop(
                "The artefact is here and scores the rows itself; hand in no predictions."
            ),
        )


def _columns(asked: Asked) -> Iterator[Objection]:
    """Every side that is scored needs the features; the label where it is judged by."""
    if asked.data.format == "query":
        return
    version, kind = asked.version, asked.kind
    needed: list[tuple[DatasetVersion, tuple[str, ...]]] = []
    if kind in JUDGED or kind == Kind.EXPLANATION:
        needed.append((asked.data, (*version.features, version.label_column)))
    elif kind == Kind.DRIFT:
        sides = (asked.data, asked.reference)
        needed += [(one, tuple(version.features)) for one in sides if one is not None]
    if asked.truth is not None:
        key = asked.options.truth_key
        needed.append((asked.truth, (version.label_column, *filter(None, [key]))))
    for data, names in needed:
        columns = {column["name"] for column in data.columns}
        missing = [name for name in names if name not in columns]
        if missing:
            yield Objection(
                "run.columns_missing",
                gettext_noop(
                    "%(data)s lacks the columns %(missing)s, which the version reads; choose data"
                    " that has them."
                ),
                {"missing": ", ".join(missing), "data": str(data)},
            )


def _groups(asked: Asked) -> Iterator[Objection]:
    if asked.kind == Kind.FAIRNESS and not asked.data.sensitive_columns:
        yield Objection(
            "run.no_sensitive_columns",
            gettext_noop("The data names no sensitive column; register a version of it that does."),
        )


def _compared(asked: Asked) -> Iterator[Objection]:
    if asked.kind != Kind.DRIFT:
        if asked.reference is not None or asked.truth is not None:
            yield Objection(
                "run.nothing_to_compare",
                gettext_noop("Only a drift run compares two sets of rows; leave the others out."),
            )
        return
    if asked.reference is None:
        yield Objection(
            "run.no_reference",
            gettext_noop("Choose the reference that the batch is compared with."),
        )
    elif asked.reference.file_id == asked.data.file_id:
        yield Objection(
            "run.same_data",
            gettext_noop("Reference and batch are the same rows; choose a later batch."),
        )
    if (asked.truth is None) != (not asked.options.truth_key):
        yield Objection(
            "run.truth_key",
            gettext_noop(
                "Labels that came later are joined by a key: choose the data that holds them and"
                " the column that both have."
            ),
        )


def _under_way(asked: Asked) -> Iterator[Objection]:
    same = {"version": asked.version, "data": asked.data, "kind": asked.kind}
    if Run.objects.under_way().filter(**same).exists():
        yield Objection(
            "run.under_way",
            gettext_noop("Such a run is under way already; wait for its result."),
        )
