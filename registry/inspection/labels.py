"""One spelling for the labels that models and tables write in different ways."""

from __future__ import annotations

import re


def spelt(label: object) -> str:
    """Write a label as `cells.text` writes a cell: 1, 1.0 and "1.0" are all ``1``."""
    text = str(label)
    if text.lower() in ("true", "false"):
        return text.lower()
    if re.fullmatch(r"-?\d+\.0+", text):
        return text.split(".")[0]
    return text
