"""Have an authority state when a checkpoint was there: time stamps of RFC 3161."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from registry.models import Checkpoint, CheckpointStamp

logger = logging.getLogger(__name__)

BATCH = 50
# A stamp of a newer checkpoint says as much of an older one; so those missed for long are left.
TRIED_FOR = timedelta(days=1)
PATIENCE = 10


class NoStamp(OSError):
    """The authority gave no time stamp over what it was asked for."""


def stamp() -> int:
    """Get stamps for the new checkpoints that have none, newest first; return how many came.

    The address is the administrator's setting. What fails is tried again with the next call.
    """
    if not settings.TSA_URL:
        return 0
    since = (timezone.now() - TRIED_FOR).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    waiting = Checkpoint.objects.filter(at__gte=since).exclude(stamps__authority=settings.TSA_URL)
    done = 0
    for checkpoint in waiting.order_by("-size")[:BATCH]:
        try:
            token = _ask(checkpoint.statement)
        except (OSError, ValueError, TypeError) as error:
            logger.warning("%s gave no time stamp: %s", settings.TSA_URL, error)
            break
        row = CheckpointStamp(
            checkpoint=checkpoint, authority=settings.TSA_URL, token=token, at=timezone.now()
        )
        done += len(CheckpointStamp.objects.bulk_create([row], ignore_conflicts=True))
    return done


def states(token: bytes, statement: str) -> bool:
    """Say whether a token is about this very statement; who signed it is not looked at."""
    from asn1crypto import cms

    try:
        info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
        imprint = info["message_imprint"]
        return imprint["hash_algorithm"]["algorithm"].native == "sha256" and imprint[
            "hashed_message"
        ].native == digest_of(statement)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _ask(statement: str) -> bytes:
    # Imported here, since it is slow to import and most processes never stamp.
    from pyhanko.sign.timestamps import HTTPTimeStamper

    authority = HTTPTimeStamper(settings.TSA_URL, timeout=PATIENCE)
    token: bytes = asyncio.run(authority.async_timestamp(digest_of(statement), "sha256")).dump()
    if not states(token, statement):
        raise NoStamp("the stamp is about something else")
    return token


def digest_of(statement: str) -> bytes:
    """Return what a stamp is about: the sha256 of the statement's UTF-8 bytes."""
    return hashlib.sha256(statement.encode("utf-8")).digest()
