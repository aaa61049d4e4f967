"""The registry keeps: models, versions, data, cards, risk, evidence, releases and the journal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Knows nothing of the audits that examine what it keeps."""

    name = "registry"
    verbose_name = _("Registry")
