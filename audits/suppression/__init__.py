"""Small counts of a measurement, left out so that nobody among them can be recognised.

The law of this room: pure, one dict in, a copy out; of the project it imports rules only. Each kind
of measurement says in a module of its own what goes from it; the public profile of a report and the
pages of readers who may not see small cells use the same function. The full counts stay in the
sealed evidence.
"""

from audits.suppression.bounds import SMALLEST_CELL, bounded
from audits.suppression.measurements import suppress

__all__ = ["SMALLEST_CELL", "bounded", "suppress"]
