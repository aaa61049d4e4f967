"""The documentation of the API, with nothing inline, so that the strict policy can stay."""

from __future__ import annotations

from drf_spectacular.views import SpectacularSwaggerSplitView


class DocumentationView(SpectacularSwaggerSplitView):
    """Swagger's page from our own files: its script and style come from the sidecar."""

    template_name = "api/documentation.html"
