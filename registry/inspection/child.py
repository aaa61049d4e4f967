"""The sandboxed program of this room: ``python -m registry.inspection.child``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from registry.inspection import loaders, profiles
from registry.inspection.serving import Tell, serve


def answer(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Do what the request's verb says with the file it names."""
    path, format = Path(request["path"]), request["format"]
    match request["verb"]:
        case "check":
            loaders.open_model(path, format)
            return {}
        case "profile":
            return asdict(profiles.profile(path, format))
        case "distinct":
            return {"count": profiles.distinct(path, format, request["column"], request["cap"])}
        case "column_values":
            values = profiles.column_values(path, format, request["column"], request["cap"])
            return {"values": values}
    raise ValueError(request["verb"])


if __name__ == "__main__":
    serve(answer)
