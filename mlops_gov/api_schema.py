"""How the API describes itself."""

from __future__ import annotations

SPECTACULAR_SETTINGS = {
    "TITLE": "mlops-gov",
    "DESCRIPTION": "Governance and compliance auditing of machine-learning models.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}
