"""Tables, constraints and adjectives. No verbs: only services write.

Imports `rules` and nothing above. Whatever a person sees is read through `.visible_to(user)`.
Tables of acts and revisions are append-only: their querysets refuse, and database triggers refuse
what goes past the querysets.
"""

from registry.models.cards import CardRevision, ModelCard
from registry.models.data_queries import DataQuery
from registry.models.datasets import Dataset, DatasetVersion
from registry.models.events import Delivery, Event
from registry.models.evidence import Evidence
from registry.models.files import StoredFile
from registry.models.journal import Entry, Head, ModelHead
from registry.models.people import User
from registry.models.plans import EvaluationPlan
from registry.models.policies import PolicyEdition
from registry.models.registered_models import ModelRevision, RegisteredModel
from registry.models.releases import CaseFile, Decision, Release
from registry.models.retention import RowsDeletion
from registry.models.risk import Hazard, RiskAssessment, RiskFile, RiskMatrix
from registry.models.units import Membership, Unit
from registry.models.versions import DataLink, ModelVersion

__all__ = [
    "CardRevision",
    "CaseFile",
    "DataLink",
    "DataQuery",
    "Dataset",
    "DatasetVersion",
    "Decision",
    "Delivery",
    "Entry",
    "Event",
    "EvaluationPlan",
    "Evidence",
    "Hazard",
    "Head",
    "Membership",
    "ModelCard",
    "ModelHead",
    "ModelRevision",
    "ModelVersion",
    "PolicyEdition",
    "RegisteredModel",
    "Release",
    "RiskAssessment",
    "RiskFile",
    "RiskMatrix",
    "RowsDeletion",
    "StoredFile",
    "Unit",
    "User",
]
