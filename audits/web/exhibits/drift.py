"""What a page shows of a drift measurement: how far each feature moved, and what that did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from audits.charts import Bin, group_rates, paired_bars
from audits.templatetags.audit_words import rounded
from audits.web.exhibits.fairness_cells import cell, counted, plain
from audits.web.exhibits.pictures import marked
from audits.wording.drifted import Voice, drawn_groups, limit_of, told

Facts = Mapping[str, Any]

# Pictures on one page; the figures of all features are in the table.
MOST_DRAWN = 40
MOST_HISTOGRAMS = 12


def parts(measurement: Facts) -> dict[str, Any]:
    """Return the context of the drift part of a page."""
    shown = told(measurement, Voice(_, short, counted, cell, rounded))
    for one in shown["features"][:MOST_HISTOGRAMS]:
        one["chart"] = bars(one["bins"], one["name"])
    return {
        **shown,
        "prediction_chart": bars(shown["prediction"], _("Predictions")),
        "shift_chart": shifts(measurement),
        "limit": plain(limit_of(measurement)),
    }


def shifts(measurement: Facts) -> SafeString:
    """Draw the stability index of the features that moved most, against the limit."""
    drawn = drawn_groups(measurement)[:MOST_DRAWN]
    if not drawn:
        return SafeString("")
    picture = group_rates(
        drawn,
        "psi",
        limit_of(measurement),
        title=_("Stability index of each feature, with 95 %% intervals") % {},
        description=_("The same figures are in the table below."),
        name=lambda one: str(one["name"]),
        number=plain,
        absent=_("not estimable"),
        direction="at_most",
    )
    return marked(picture)


def bars(bins: Sequence[Facts], name: str) -> SafeString:
    """Draw reference and batch side by side."""
    if not bins:
        return SafeString("")
    picture = paired_bars(
        [Bin(one["name"], *one["shares"]) for one in bins],
        title=_("%(name)s: share of rows in each bin") % {"name": name},
        description=_("The same figures are in the table below."),
        percent=lambda share: f"{rounded(100 * share, 1)} %",
        names=(_("reference"), _("batch")),
        withheld=_("withheld"),
    )
    return marked(picture)


def short(number: float) -> str:
    """Return a number of any size with four digits that count."""
    size = abs(number)
    if size and not 1e-3 <= size < 1e12:
        return f"{number:.4g}"
    decimals = 4 if size < 1 else max(0, 4 - len(str(int(size))))
    text = f"{number:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    places = len(text.partition(".")[2])
    return str(number_format(text, places, force_grouping=True))
