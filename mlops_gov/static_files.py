"""Static files: named by their content, packed with gzip alone."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PackedStaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage without brotli, which takes most of a minute over the API's bundles."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Pack with gzip, which every browser takes."""
        return Compressor(use_brotli=False, **kwargs)
