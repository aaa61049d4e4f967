"""Scores the rows of a data set with the hashed model itself, shut in; the law of this room.

`score` has the child (`child`) load the model and score the rows; `take_predictions` takes scores
that were made elsewhere, and checks them against the data alone, so what comes of it is to be
marked as not reproduced. Both write the same table, which measures read, and neither thresholds:
that is for the measures, at the version's threshold. The room knows nothing of Django.
"""

from audits.scoring.reports import ScoringReport
from audits.scoring.scorings import LIMITS, score, take_predictions

__all__ = ["LIMITS", "ScoringReport", "score", "take_predictions"]
