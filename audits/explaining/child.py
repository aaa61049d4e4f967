"""The sandboxed program of this room: ``python -m audits.explaining.child``."""

from __future__ import annotations

import os

from audits.explaining import answers
from registry.inspection.serving import serve

if __name__ == "__main__":
    # Compiling takes numba longer than its few loops over masks, which are no part of the trees,
    # take uncompiled; and a compiler has no business in a process that reads others' models.
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    serve(answers.explain_rows)
