"""Pages on which one chooses a report, reads past ones, and takes one back."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from audits.models import Report
from tests.audits.reporting import asked, finished
from tests.cast import Cast, a_model, a_version, an_approved_release
from tests.registry.pages import signed_in
from tests.registry.test_pages_markup import faults_of

NEW = reverse("new_report")


def test_one_press_on_a_model_and_on_today_asks_for_the_regulators_report(cast: Cast) -> None:
    release = an_approved_release(cast)
    client = signed_in(cast.auditor)
    slug = release.version.model.slug
    on_model = f"{NEW}?model={slug}"
    assert f'action="{on_model}"' in client.get(reverse("model", args=[slug])).text
    assert f'action="{NEW}"' in client.get(reverse("today")).text
    for address in (on_model, NEW):
        answer = client.post(address)
        report = Report.objects.first()
        assert report
        assert answer["Location"] == reverse("report", args=[report.pk])
        assert client.get(answer["Location"]).status_code == 200
    scopes = Report.objects.order_by("pk").values_list("scope", "profile", "language")
    assert list(scopes) == [("model", "regulator", "en"), ("portfolio", "regulator", "en")]
    for page in (reverse("model", args=[slug]), reverse("today")):
        assert NEW not in signed_in(cast.admin).get(page).text


def test_profile_language_and_day_are_chosen_and_past_reports_are_listed(cast: Cast) -> None:
    release = an_approved_release(cast)
    past = finished(asked(cast.auditor, release=release))
    client = signed_in(cast.auditor)
    for query in (f"release={release.pk}", f"version={release.version_id}"):
        assert client.get(f"{NEW}?{query}").status_code == 200
    address = f"{NEW}?release={release.pk}"
    text = client.get(address).text
    assert past.serial in text
    assert past.file.sha256 in text
    assert "Current" in text
    client.post(address, {"profile": "public", "language": "en", "as_of": ""})
    assert Report.objects.latest("pk").profile == "public"
    today = timezone.localdate().isoformat()
    answer = client.post(address, {"as_of": today})
    assert answer.status_code == 409
    assert "is not over yet; leave it out" in answer.text
    long_ago = client.post(address, {"as_of": "1999-12-31"})
    assert "There was nothing to report on" in long_ago.text
    wrong = client.post(address, {"profile": "secret", "language": "xx", "as_of": "soon"})
    assert (wrong.status_code, Report.objects.count()) == (422, 2)


def test_a_model_leads_to_past_reports_on_it_and_to_a_hold_for_who_may(cast: Cast) -> None:
    version = a_version(cast)
    here = finished(asked(cast.auditor, version=version))
    there = finished(asked(cast.auditor, version=a_version(cast, a_model(cast, "Another"))))
    slug, client = version.model.slug, signed_in(cast.auditor)
    page = client.get(reverse("model", args=[slug])).text
    way = f"{reverse('reports')}?model={slug}"
    assert f'href="{way}"' in page
    listed = client.get(way)
    assert faults_of(listed) == []
    assert "Reports on Mortgage approval" in listed.text
    assert reverse("report", args=[here.pk]) in listed.text
    assert reverse("report", args=[there.pk]) not in listed.text
    assert reverse("report", args=[there.pk]) in client.get(reverse("reports")).text
    assert signed_in(cast.outsider).get(way).status_code == 404
    hold = f'href="{reverse("place_hold")}?on=model:{version.model_id}"'
    assert hold not in page
    assert hold in signed_in(cast.manager).get(reverse("model", args=[slug])).text


def test_what_is_not_there_or_not_ones_own_is_not_found(cast: Cast) -> None:
    version = a_version(cast)
    client, outsider = signed_in(cast.auditor), signed_in(cast.outsider)
    for query in ("version=999999", "version=²", "release=1", "model=none", "unit=none"):
        assert client.get(f"{NEW}?{query}").status_code == 404, query
    for query in (f"version={version.pk}", "model=mortgage-approval", "unit=retail-credit"):
        assert outsider.get(f"{NEW}?{query}").status_code == 404, query
        assert outsider.post(f"{NEW}?{query}").status_code == 404, query
    assert signed_in(cast.admin).post(f"{NEW}?version={version.pk}").status_code == 403
    nothing = outsider.post(NEW)
    assert nothing.status_code == 409
    assert "no model to report on" in nothing.text


def test_a_report_is_recalled_on_its_page_and_its_files_stay(cast: Cast) -> None:
    version = a_version(cast)
    report = finished(asked(cast.auditor, version=version))
    page, recall = (reverse(name, args=[report.pk]) for name in ("report", "recall_report"))
    client = signed_in(cast.auditor)
    assert recall in client.get(page).text
    assert recall not in signed_in(cast.manager).get(page).text
    assert client.post(recall, {"reason": " "}).status_code == 422
    assert client.post(recall, {"reason": "A wrong annex."})["Location"] == page
    text = client.get(page).text
    assert "Recalled by Aron Fuchs" in text
    assert "A wrong annex." in text
    assert recall not in text
    assert client.post(recall, {"reason": "Again."}).status_code == 409
    assert client.get(reverse("report_file", args=[report.pk])).content == b"%PDF-1.7 of a test"


def test_a_superseded_report_leads_to_the_later_one(cast: Cast) -> None:
    version = a_version(cast)
    first = finished(asked(cast.auditor, version=version))
    a_version(cast, version.model, "2.0")
    second = finished(asked(cast.auditor, version=version))
    text = signed_in(cast.auditor).get(reverse("report", args=[first.pk])).text
    assert "A later report on the same states something else" in text
    assert f'href="{reverse("report", args=[second.pk])}">{second.serial}' in text
    listed = signed_in(cast.auditor).get(reverse("reports")).text
    assert "Superseded" in listed


def test_the_other_forms_of_a_report_are_handed_out(cast: Cast) -> None:
    report = asked(cast.auditor, portfolio=[a_model(cast).unit])
    client = signed_in(cast.auditor)
    data = reverse("report_json", args=[report.pk])
    assert client.get(data).status_code == 404
    finished(report)
    answer = client.get(data)
    assert json.loads(answer.content)["serial"] == report.serial
    name = f"portfolio-internal-{report.serial}.json"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    tables = client.get(reverse("report_csv", args=[report.pk])).content
    with zipfile.ZipFile(io.BytesIO(tables)) as archive:
        assert "models.csv" in archive.namelist()
    for name in ("report_docx", "report_xlsx"):
        assert client.get(reverse(name, args=[report.pk])).content.startswith(b"PK")
    assert signed_in(cast.admin).get(data).status_code == 403
    assert signed_in(cast.outsider).get(data).status_code == 404


def test_a_failed_report_as_of_an_instant_is_tried_again_as_of_the_same(cast: Cast) -> None:
    version = a_version(cast)
    at = timezone.now()
    report = asked(cast.auditor, version=version, as_of=at)
    Report.objects.filter(pk=report.pk).update(state="failed")
    client = signed_in(cast.auditor)
    text = client.get(reverse("report", args=[report.pk])).text
    assert f'name="instant" value="{report.as_of}"' in text
    client.post(f"{NEW}?version={version.pk}", {"profile": "internal", "instant": report.as_of})
    again = Report.objects.latest("pk")
    assert (again.key, again.asked_as_of) == (report.key, at)
    assert abs(again.requested_at - at) < timedelta(minutes=10)
