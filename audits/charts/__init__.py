"""Charts: measurements in, SVG out.

The law of this room: pure drawing. A chart takes words that are already translated and a formatter
for its numbers, and gives one SVG for its target: the page (``target="page"``: classes only,
colours and fonts come from the stylesheet, light or dark) or paper (``target="pdf"``: colours and
fonts as attributes, since no stylesheet reaches an SVG there). Everything is built as a tree, so no
text can break out of its place. Every chart carries its title and description for those who cannot
see it.
"""

from audits.charts.calibrations import calibration
from audits.charts.confusions import confusion
from audits.charts.curves import rank_curves, threshold_curve
from audits.charts.groups import group_rates
from audits.charts.histograms import Bin, paired_bars
from audits.charts.references import held_against

__all__ = [
    "Bin",
    "calibration",
    "confusion",
    "group_rates",
    "held_against",
    "paired_bars",
    "rank_curves",
    "threshold_curve",
]
