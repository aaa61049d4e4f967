"""Register datasets and their versions; each is fingerprinted on the way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from registry.inspection import tables
from registry.models import Dataset, DatasetVersion, Unit, User
from registry.rules import row_digests
from registry.rules.catalogue import DATA_ROLES, MOST_SENSITIVE_GROUPS
from registry.rules.refusals import Objection, Refused
from registry.rules.wording import gettext_noop
from registry.services import files, journal, retention, review_events, rights


@journal.verb
def register(*, unit: Unit, name: str, description: str, by: User) -> Dataset:
    """Register a dataset; its rows come with its versions."""
    Unit.objects.select_for_update().get(pk=unit.pk)
    role = rights.require(by=by, verb="dataset.register", unit=unit)
    slug = slugify(name)[:80]
    if not slug:
        raise Refused.because(
            "dataset.name", gettext_noop("The dataset needs a name with letters or digits.")
        )
    if Dataset.objects.filter(slug=slug).exists():
        raise Refused.because(
            "dataset.exists",
            gettext_noop("A dataset is registered under this name already; choose another."),
        )
    dataset = Dataset.objects.create(
        unit=unit,
        slug=slug,
        name=name.strip(),
        description=description.strip(),
        registered_at=timezone.now(),
        registered_by=by,
    )
    journal.record("dataset.registered", by=by, subject=dataset, role=role, unit=unit)
    return dataset


@journal.verb
def register_version(
    *,
    dataset: Dataset,
    table: Path,
    role: str,
    sensitive_columns: Sequence[str],
    provenance: str,
    keep_until: date | None = None,
    by: User,
) -> DatasetVersion:
    """Take a file of rows: read its shape, keep it encrypted, and number it.

    ``table`` is a CSV or Parquet file; ``role`` one of train, test, reference, production.
    ``keep_until`` is the last day of the rows, ROWS_KEPT_DAYS from today unless told.
    """
    acting_as = rights.require(by=by, verb="dataset.register", unit=dataset.unit)
    if table.stat().st_size > settings.TABLE_LIMIT:
        raise Refused.because(
            "table.too_large",
            gettext_noop(
                "The file has %(size)s MiB; %(limit)s MiB is the limit. Hand in a sample."
            ),
            size=table.stat().st_size // 2**20,
            limit=settings.TABLE_LIMIT // 2**20,
        )
    if role not in DATA_ROLES:
        raise Refused.because(
            "dataset.role",
            gettext_noop("The role %(role)s is not known; choose one of %(known)s."),
            role=role,
            known=", ".join(DATA_ROLES),
        )
    if not provenance.strip():
        raise Refused.because(
            "dataset.provenance",
            gettext_noop("Say where these rows come from and when they were drawn."),
        )
    until = retention.keep_until(keep_until)
    kind = tables.recognise_table(table)
    profile = tables.profile(table, kind)
    objections = _objections_to_sensitive(sensitive_columns, profile)
    if objections:
        raise Refused(*objections)
    dataset = (
        Dataset.objects.select_for_update(of=("self",)).select_related("unit").get(pk=dataset.pk)
    )
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=dataset.versions.count() + 1,
        file=files.keep(table, holds_rows=True),
        format=kind,
        role=role,
        rows=profile.rows,
        columns=[
            {"name": column.name, "type": column.type, "missing": column.missing}
            for column in profile.columns
        ],
        sensitive_columns=list(dict.fromkeys(sensitive_columns)),
        provenance=provenance.strip(),
        keep_until=until,
        registered_at=timezone.now(),
        registered_by=by,
    )
    journal.record(
        "dataset_version.registered",
        by=by,
        subject=version,
        role=acting_as,
        unit=dataset.unit,
        changes={
            "sha256": version.file.sha256,
            "rows": version.rows,
            "columns": len(version.columns),
            "role": role,
            "sensitive_columns": version.sensitive_columns,
            "keep_until": until.isoformat(),
            "facts": row_digests.digest_of(version, row_digests.DATA),
        },
    )
    review_events.data_registered(version, by)
    return version


def _objections_to_sensitive(names: Sequence[str], profile: tables.TableProfile) -> list[Objection]:
    by_name = {column.name: column for column in profile.columns}
    objections = []
    for name in names:
        column = by_name.get(name)
        if column is None:
            objections.append(
                Objection(
                    "dataset.no_such_column",
                    gettext_noop("There is no column %(column)s; the file has %(known)s."),
                    {"column": name, "known": ", ".join(list(by_name)[:30])},
                )
            )
        elif column.distinct is None or column.distinct > MOST_SENSITIVE_GROUPS:
            objections.append(
                Objection(
                    "dataset.too_many_groups",
                    gettext_noop(
                        "The sensitive column %(column)s has %(count)s different values;"
                        " %(most)s is"
                        " the limit. Put the values into groups first (an age into bands, say)."
                    ),
                    {
                        "column": name,
                        # Past its limit the counting stops, and the number is not known.
                        "count": column.distinct or f"> {tables.MOST_COUNTED}",
                        "most": MOST_SENSITIVE_GROUPS,
                    },
                )
            )
    return objections
