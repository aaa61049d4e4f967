"""Events: what happened to a model that systems outside may want to act on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.rules.wording import gettext_noop

RETRAINING_DUE = "model.retraining_due"
REVIEW_DUE = "model.review_due"

EVENT_NAMES = {
    RETRAINING_DUE: gettext_noop("The model is due to be trained again"),
    REVIEW_DUE: gettext_noop("The model is due for a review"),
    "release.submitted": gettext_noop("A version was submitted for release"),
    "release.approved": gettext_noop("A release was approved"),
    "release.rejected": gettext_noop("A release was rejected"),
    "release.sent_back": gettext_noop("A release was sent back to an earlier stage"),
    "release.withdrawn": gettext_noop("A release was withdrawn"),
    "release.revoked": gettext_noop("An approval was revoked"),
    "release.retired": gettext_noop("A release was retired from service"),
    "release.void": gettext_noop("What was approved has changed since"),
    "release.expired": gettext_noop("An approval has expired"),
    "release.live": gettext_noop("A release went live"),
    "release.superseded": gettext_noop("A release was followed by another"),
    "condition.breached": gettext_noop("A condition was missed"),
    "finding.opened": gettext_noop("A finding was opened"),
    "finding.closed": gettext_noop("A finding was closed"),
    "incident.reported": gettext_noop("An incident was reported"),
    "override.used": gettext_noop("An emergency release was let through"),
    "deployment.unapproved": gettext_noop("Something runs that no valid approval covers"),
    "gate.closed": gettext_noop("A gate closed"),
    "gate.opened": gettext_noop("A gate opened"),
    "policy.adopted": gettext_noop("An edition of the policy is in force"),
    "journal.broken": gettext_noop("A check found the journal broken"),
}

# Stands before the name in a CloudEvent's type; listeners compare it, so it stays as it is.
TYPE_PREFIX = "mlops-gov."


def cloud_event(
    *, number: int, name: str, at: datetime, source: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an event as CloudEvents 1.0 in the JSON format, structured mode.

    ``source`` and ``id`` together are unique for ever; the subject is the model and, where there is
    one, the version.
    """
    subject = "/".join(str(data[key]) for key in ("model", "version") if data.get(key))
    return {
        "specversion": "1.0",
        "id": str(number),
        "source": source,
        "type": f"{TYPE_PREFIX}{name}",
        **({"subject": subject} if subject else {}),
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": dict(data),
    }


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return HMAC-SHA256 over the seconds, a dot and the body, in hexadecimal digits.

    The time is signed, so that who overheard an event cannot send it again later.
    """
    signed = str(timestamp).encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
