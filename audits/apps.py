"""The audits examine: runs over the registry's versions and data, and the reports about them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditsConfig(AppConfig):
    """Stands on the registry and files what it finds there."""

    name = "audits"
    verbose_name = _("Audits")
