"""Stop an upload at the limit, so that 2 GiB are never written where 512 MiB are allowed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


class LimitedUploadHandler(FileUploadHandler):
    """Counts each file's bytes; past the limit the rest is read away and the request is marked."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count."""
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on to the next handler, up to the limit."""
        self.received += len(raw_data)
        if self.received > max(settings.ARTEFACT_LIMIT, settings.TABLE_LIMIT):
            if self.request is not None:
                self.request.upload_too_large = self.file_name
            # The rest of the file is read away, since a browser reads the answer only after its
            # whole body was taken; and the fields behind it are kept for the form shown again.
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
        return None


def refuse_if_too_large(request: HttpRequest) -> None:
    """Raise Refused when an upload of this request was stopped at the limit."""
    # The body is read by this look-up, so the mark is set by now.
    _ = request.FILES
    name = getattr(request, "upload_too_large", None)
    if name:
        raise Refused.because(
            "file.too_large_to_take",
            gettext_noop(
                "%(name)s is larger than %(limit)s MiB, the limit. Hand in a smaller file."
            ),
            name=name,
            limit=max(settings.ARTEFACT_LIMIT, settings.TABLE_LIMIT) // 2**20,
        )
