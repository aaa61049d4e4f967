"""Addresses of the audits' pages."""

from django.urls import path

from audits.web import (
    figures,
    imports,
    keeping,
    monitors,
    report_files,
    reports,
    runs,
    today,
    verify,
)

VERSION = "models/<slug:slug>/versions/<int:number>/"

urlpatterns = [
    path("", today.today, name="today"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("runs/<int:pk>/again/", runs.run_again, name="run_again"),
    path(VERSION + "runs/", runs.version_runs, name="version_runs"),
    path(VERSION + "runs/start/", runs.start_run, name="start_run"),
    path("monitors/", monitors.monitor_list, name="monitors"),
    path("monitors/<int:pk>/", monitors.monitor, name="monitor"),
    path("monitors/<int:pk>/end/", monitors.end_monitor, name="end_monitor"),
    path(VERSION + "monitors/start/", monitors.start_monitor, name="start_monitor"),
    path(VERSION + "report/", reports.ask_for_report, name="ask_for_report"),
    path(
        VERSION + "evidence/hand-in/evidently/",
        imports.hand_in_evidently,
        name="hand_in_evidently",
    ),
    path("figures/<int:pk>/", figures.figures, name="figures"),
    path("settings/retention/preview/", keeping.retention_preview, name="retention_preview"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/new/", reports.new_report, name="new_report"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/recall/", reports.recall_report, name="recall_report"),
    path("reports/<int:pk>/file/", report_files.report_file, name="report_file"),
    path("reports/<int:pk>/file.docx", report_files.report_format, {"form": "docx"}, "report_docx"),
    path("reports/<int:pk>/file.xlsx", report_files.report_format, {"form": "xlsx"}, "report_xlsx"),
    path(
        "reports/<int:pk>/file.csv.zip",
        report_files.report_format,
        {"form": "csv.zip"},
        "report_csv",
    ),
    path("reports/<int:pk>/file.json", report_files.report_format, {"form": "json"}, "report_json"),
    path("verify/", verify.verify, name="verify"),
    path("verify/verify_report.py", verify.checker, name="verify_checker"),
    path("verify/certificate.pem", verify.certificate, name="verify_certificate"),
]
