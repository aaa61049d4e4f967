"""Tables, constraints and adjectives. No verbs: only services write.

Imports `rules` and nothing above. Whatever a person sees is read through `.visible_to(user)`.
Tables of acts and revisions are append-only: their querysets refuse, and database triggers refuse
what goes past the querysets.
"""

from registry.models.attestations import AttestationRound, Confirmation
from registry.models.cards import CardRevision, ModelCard
from registry.models.checkpoints import (
    Checkpoint,
    CheckpointDelivery,
    CheckpointKey,
    CheckpointStamp,
    Installation,
    JournalCheck,
    JournalTile,
)
from registry.models.conditions import Condition
from registry.models.data_queries import DataQuery
from registry.models.datasets import Dataset, DatasetVersion
from registry.models.delegations import Delegation
from registry.models.deployments import Deployment
from registry.models.events import Delivery, Event
from registry.models.evidence import Evidence
from registry.models.files import StoredFile
from registry.models.findings import Finding, FindingMove
from registry.models.gates import GateRow
from registry.models.holds import RetentionHold
from registry.models.incidents import Incident, IncidentMove
from registry.models.journal import Entry, Head, ModelHead
from registry.models.notices import Mail, MailChoice, Notice
from registry.models.overrides import Override, OverrideSignature
from registry.models.passkeys import PasskeyChallenge
from registry.models.people import User
from registry.models.person_keys import PersonKey
from registry.models.plans import EvaluationPlan
from registry.models.policies import PolicyAdoption, PolicyApproval, PolicyEdition
from registry.models.registered_models import ModelRevision, RegisteredModel
from registry.models.relations import ModelRelation
from registry.models.releases import CaseFile, Decision, Release, ReleaseMove
from registry.models.retention import RetentionRule, RowsDeletion, Tombstone
from registry.models.reviews import Review, ReviewEvent
from registry.models.risk import Hazard, RiskAssessment, RiskFile, RiskMatrix
from registry.models.scorecards import ScorecardFilling, TierOverride
from registry.models.store_checks import StoreCheck
from registry.models.units import Membership, Unit
from registry.models.versions import DataLink, ModelVersion

__all__ = [
    "AttestationRound",
    "CardRevision",
    "CaseFile",
    "Checkpoint",
    "CheckpointDelivery",
    "CheckpointKey",
    "CheckpointStamp",
    "Confirmation",
    "Condition",
    "DataLink",
    "DataQuery",
    "Dataset",
    "DatasetVersion",
    "Decision",
    "Delegation",
    "Delivery",
    "Deployment",
    "Entry",
    "Event",
    "EvaluationPlan",
    "Evidence",
    "Finding",
    "FindingMove",
    "GateRow",
    "Hazard",
    "Head",
    "Mail",
    "MailChoice",
    "Incident",
    "IncidentMove",
    "Installation",
    "JournalCheck",
    "JournalTile",
    "Membership",
    "ModelCard",
    "ModelHead",
    "ModelRelation",
    "ModelRevision",
    "ModelVersion",
    "Notice",
    "PasskeyChallenge",
    "PersonKey",
    "PolicyAdoption",
    "PolicyApproval",
    "Override",
    "OverrideSignature",
    "PolicyEdition",
    "RegisteredModel",
    "Release",
    "Review",
    "ReviewEvent",
    "ReleaseMove",
    "RiskAssessment",
    "RiskFile",
    "RiskMatrix",
    "RetentionHold",
    "RetentionRule",
    "RowsDeletion",
    "ScorecardFilling",
    "StoreCheck",
    "StoredFile",
    "TierOverride",
    "Tombstone",
    "Unit",
    "User",
]
