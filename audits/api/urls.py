"""Addresses of the API of runs and reports; scripts rely on them."""

from django.urls import path

from audits.api import imports, keeping, monitors, reports, runs, verify

urlpatterns = [
    path("runs/", runs.RunsView.as_view()),
    path("runs/<int:pk>/", runs.RunView.as_view()),
    path("runs/<int:pk>/again/", runs.RunAgainView.as_view()),
    path("monitors/", monitors.MonitorsView.as_view()),
    path("monitors/<int:pk>/", monitors.MonitorView.as_view()),
    path("monitors/<int:pk>/end/", monitors.EndMonitorView.as_view()),
    path("versions/<int:pk>/evidence/evidently/", imports.EvidentlyView.as_view()),
    path("retention/preview/", keeping.RetentionPreviewView.as_view()),
    path("reports/", reports.ReportsView.as_view()),
    path("reports/<int:pk>/", reports.ReportView.as_view()),
    path("reports/<int:pk>/recall/", reports.RecallView.as_view()),
    path("reports/<int:pk>/file/", reports.ReportFileView.as_view()),
    path("reports/<int:pk>/file.docx", reports.ReportTextView.as_view()),
    path("reports/<int:pk>/file.xlsx", reports.ReportWorkbookView.as_view()),
    path("reports/<int:pk>/file.csv.zip", reports.ReportTablesView.as_view()),
    path("reports/<int:pk>/file.json", reports.ReportDataView.as_view()),
    path("verify/", verify.VerifyView.as_view()),
]
