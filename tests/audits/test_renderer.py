"""Nobody changes what a report looks like and leaves the number of the renderer as it is."""

from __future__ import annotations

from tests.audits import renderer


def test_what_the_renderer_makes_is_what_its_number_stands_for() -> None:
    assert renderer.PIN.read_text(encoding="ascii") == renderer.pin(), (
        "The same dossier is set into something else than before. If a report was ever handed out"
        " under this RENDERER, raise it (audits/rules/reports.py), or one key stands for two files;"
        " then write this digest: DJANGO_SETTINGS_MODULE="
        "mlops_gov.settings python -m tests.audits.renderer"
    )
