"""Events: what happened to a model that systems outside may want to act on."""

from __future__ import annotations

from registry.rules.wording import gettext_noop

RETRAINING_DUE = "model.retraining_due"
REVIEW_DUE = "model.review_due"

EVENT_NAMES = {
    RETRAINING_DUE: gettext_noop("The model is due to be trained again"),
    REVIEW_DUE: gettext_noop("The model is due for a review"),
}
