"""Addresses of the registry's pages."""

from django.urls import path

from registry.web import (
    cards,
    data_queries,
    datasets,
    evidence,
    journal,
    plans,
    registered_models,
    releases,
    risk,
    signing_in,
    units,
    versions,
)

VERSION = "models/<slug:slug>/versions/<int:number>/"

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("models/", registered_models.models, name="models"),
    path("models/register/", registered_models.register_model, name="register_model"),
    path("models/<slug:slug>/", registered_models.model, name="model"),
    path("models/<slug:slug>/revise/", registered_models.revise_model, name="revise_model"),
    path("models/<slug:slug>/journal/", registered_models.model_journal, name="model_journal"),
    path("models/<slug:slug>/versions/add/", versions.add_version, name="add_version"),
    path(VERSION, versions.version, name="version"),
    path(VERSION + "data/", versions.version_data, name="version_data"),
    path(VERSION + "data/<int:link>/detach/", versions.detach_data, name="detach_data"),
    path(VERSION + "evidence/", versions.version_evidence, name="version_evidence"),
    path(VERSION + "evidence/hand-in/", evidence.hand_in_evidence, name="hand_in_evidence"),
    path(VERSION + "card/", cards.card, name="card"),
    path(VERSION + "card/write/", cards.write_card, name="write_card"),
    path(VERSION + "card/<int:revision>/effect/", cards.card_into_effect, name="card_into_effect"),
    path(VERSION + "risk/", risk.version_risk, name="version_risk"),
    path(VERSION + "risk/assess/", risk.assess_risk, name="assess_risk"),
    path(VERSION + "risk/<int:revision>/effect/", risk.risk_into_effect, name="risk_into_effect"),
    path(VERSION + "plan/", plans.version_plan, name="version_plan"),
    path(VERSION + "plan/revise/", plans.revise_plan, name="revise_plan"),
    path(VERSION + "submit/", releases.submit, name="submit"),
    path("evidence/<int:pk>/", evidence.exhibit, name="exhibit"),
    path("evidence/<int:pk>/file/", evidence.exhibit_file, name="exhibit_file"),
    path("releases/", releases.release_list, name="releases"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/<int:pk>/case-file/", releases.case_file, name="case_file"),
    path("datasets/", datasets.dataset_list, name="datasets"),
    path("datasets/register/", datasets.register_dataset, name="register_dataset"),
    path("datasets/<slug:slug>/", datasets.dataset, name="dataset"),
    path("datasets/<slug:slug>/add/", datasets.add_dataset_version, name="add_dataset_version"),
    path(
        "datasets/<slug:slug>/<int:number>/delete-rows/", datasets.delete_rows, name="delete_rows"
    ),
    path("datasets/<slug:slug>/query/", data_queries.propose_query, name="propose_query"),
    path("datasets/queries/<int:pk>/", data_queries.data_query, name="data_query"),
    path("datasets/queries/<int:pk>/review/", data_queries.review_query, name="review_query"),
    path("datasets/queries/<int:pk>/refuse/", data_queries.refuse_query, name="refuse_query"),
    path("journal/", journal.journal, name="journal"),
    path("settings/", units.settings, name="settings"),
    path("settings/units/<slug:slug>/", units.unit, name="unit"),
    path(
        "settings/units/<slug:slug>/memberships/<int:pk>/end/",
        units.end_membership,
        name="end_membership",
    ),
]
