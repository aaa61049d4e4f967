"""Archives that somebody changed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

from registry.rules.backups import MANIFEST
from registry.rules.casefile import canonical
from registry.services.checkpoint_keys import Pair


def held_by(path: Path) -> dict[str, bytes]:
    """Return everything an archive holds."""
    with gzip.open(path) as packed, tarfile.open(fileobj=packed) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def bent(path: Path, changed: dict[str, bytes | None]) -> None:
    """Write an archive anew with members changed, added, or (None) left out."""
    held = held_by(path)
    last = {MANIFEST: changed.get(MANIFEST, held.pop(MANIFEST))}
    rest = held | {name: content for name, content in changed.items() if name != MANIFEST}
    with gzip.open(path, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (rest | last).items():
            if content is not None:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))


def forged(
    path: Path, changed: dict[str, bytes | None], sign: Pair | None = None, **said: Any
) -> None:
    """Write an archive anew, and have its manifest state what it holds now."""
    bent(path, changed)
    held = held_by(path)
    manifest = json.loads(held[MANIFEST]) | said
    manifest["members"] = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in held.items()
        if name != MANIFEST
    }
    if sign is not None:
        manifest |= {"public_key": sign.public_key.hex(), "signature": ""}
        manifest["signature"] = sign.sign(canonical(manifest))
    bent(path, {MANIFEST: canonical(manifest).encode()})
