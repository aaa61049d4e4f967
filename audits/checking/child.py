"""The sandboxed program of this room: ``python -m audits.checking.child``."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from registry.inspection.serving import Tell, serve


def answer(request: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Run the checker on the file, and return what it found, or why it could not look."""
    checker = runpy.run_path(request["script"], run_name="verify_report")
    try:
        findings = checker["examine"](
            Path(request["file"]).read_bytes(),
            fingerprints=request["fingerprints"],
            checkpoint_keys=request["checkpoint_keys"],
        )
    except checker["Unreadable"] as unreadable:
        return {"verdict": checker["UNREADABLE"], "says": str(unreadable)}
    found: dict[str, Any] = checker["as_json"](findings)
    return found


if __name__ == "__main__":
    serve(answer)
