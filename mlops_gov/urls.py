"""Every address: pages, the API, its schema and documentation, and the health check."""

from django.urls import include, path

from registry.web.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("registry.api.urls")),
    path("api/v1/", include("audits.api.urls")),
    path("", include("registry.web.urls")),
    path("", include("audits.web.urls")),
]

handler403 = "registry.web.refusals.forbidden"
