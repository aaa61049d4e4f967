"""Hazards to start from, beside the four of every model: a catalogue per use case, in our words.

Each is a suggestion to be thought through: a title with a cause, a consequence and the people it
would befall. Likelihood and impact are the assessor's to find.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.rules.wording import gettext_noop


@dataclass(frozen=True)
class SuggestedHazard:
    """What may go wrong in a use case, why, what follows, and for whom."""

    title: str
    cause: str
    consequence: str
    affected: str


CREDIT = (
    SuggestedHazard(
        gettext_noop("It refuses members of a protected group more often"),
        gettext_noop("Past decisions were unequal, or a feature stands in for the group."),
        gettext_noop("People who would have paid get no loan, or a dearer one."),
        gettext_noop("Applicants by sex, origin, age or family status."),
    ),
    SuggestedHazard(
        gettext_noop("It grants loans that cannot be repaid"),
        gettext_noop("It learnt only from loans that were granted, in years without a crisis."),
        gettext_noop("Borrowers fall into debt; the lender has losses it set nothing aside for."),
        gettext_noop("Households near the limit of what they can carry, and the lender."),
    ),
    SuggestedHazard(
        gettext_noop("A refused applicant is not told the true reasons"),
        gettext_noop("The explanation names features that did not decide the case."),
        gettext_noop("Nobody can correct an error or appeal; the duty to give reasons is broken."),
        gettext_noop("Every applicant who is refused or offered worse terms."),
    ),
    SuggestedHazard(
        gettext_noop("It trusts data on the applicant that is wrong or stale"),
        gettext_noop("A bureau's record is old, or belongs to somebody of the same name."),
        gettext_noop("The decision is about a person who does not exist."),
        gettext_noop("People with thin, disputed or mixed-up credit records."),
    ),
    SuggestedHazard(
        gettext_noop("Clerks follow the score without looking"),
        gettext_noop("Overruling takes time and a reason, agreeing takes neither."),
        gettext_noop("A decision meant for a person is in truth automated."),
        gettext_noop("Applicants whose case is out of the ordinary."),
    ),
)
HIRING = (
    SuggestedHazard(
        gettext_noop("It repeats whom the firm used to hire"),
        gettext_noop("The label is a past hire or a past appraisal, not good work."),
        gettext_noop("Able people are sorted out before anybody reads their application."),
        gettext_noop("Women, older people, and applicants with foreign names or degrees."),
    ),
    SuggestedHazard(
        gettext_noop("It marks down people for a disability or a gap in their history"),
        gettext_noop("A video, a timed test or an unbroken history is taken as a sign of skill."),
        gettext_noop("An illness or a time of care costs somebody the position, unlawfully."),
        gettext_noop("People with disabilities, carers, and parents who return to work."),
    ),
    SuggestedHazard(
        gettext_noop("Applicants learn to write for the model"),
        gettext_noop("It weighs words that can be put in without the skill behind them."),
        gettext_noop("Those who are coached get ahead of those who can do the work."),
        gettext_noop("Applicants without advice, and the teams they would have joined."),
    ),
    SuggestedHazard(
        gettext_noop("It uses what no employer may ask"),
        gettext_noop("Photographs, addresses or hobbies give away health, faith or origin."),
        gettext_noop("Protected facts weigh in without anybody having asked for them."),
        gettext_noop("Every applicant whose papers say more than the position needs."),
    ),
    SuggestedHazard(
        gettext_noop("Nobody sees whom it turned down"),
        gettext_noop("Only those who were invited have an outcome that can be measured."),
        gettext_noop("Wrong refusals are never found, and the next model learns from them."),
        gettext_noop("Applicants who were never invited."),
    ),
)
INSURANCE = (
    SuggestedHazard(
        gettext_noop("Premiums follow a protected group by way of another feature"),
        gettext_noop("Postcode, occupation or kind of car stand in for origin or sex."),
        gettext_noop("A group pays more for the same risk."),
        gettext_noop("Policyholders in poorer districts and of minority origin."),
    ),
    SuggestedHazard(
        gettext_noop("Those who need cover cannot get it"),
        gettext_noop("A finer price puts bad risks out of the pool one by one."),
        gettext_noop("People go uninsured into the very harm that insurance is for."),
        gettext_noop("People who are chronically ill, elderly, or live where floods come."),
    ),
    SuggestedHazard(
        gettext_noop("It takes an honest claim for fraud"),
        gettext_noop("Rare but true events look like the few proven frauds it learnt from."),
        gettext_noop("Payment is late or refused while the damage is there."),
        gettext_noop("Claimants in distress, and those who write in a second language."),
    ),
    SuggestedHazard(
        gettext_noop("It charges loyalty instead of risk"),
        gettext_noop("The price follows how unlikely it is that a customer leaves."),
        gettext_noop("Customers of many years pay most; trust and the rules on value suffer."),
        gettext_noop("Elderly customers, and those who do not compare offers."),
    ),
    SuggestedHazard(
        gettext_noop("Tariffs rest on a past that is over"),
        gettext_noop("Climate, medicine or traffic change faster than the claims history."),
        gettext_noop("Reserves are too small, or whole regions are priced wrongly."),
        gettext_noop("The insurer's other policyholders, and the regions concerned."),
    ),
)
HEALTH = (
    SuggestedHazard(
        gettext_noop("It misses an illness"),
        gettext_noop("The illness is rare, or looks different in this patient's group."),
        gettext_noop("Treatment starts too late; harm to health, up to death."),
        gettext_noop("Patients; most of all children, pregnant women and minorities."),
    ),
    SuggestedHazard(
        gettext_noop("It raises an alarm for a healthy patient"),
        gettext_noop("The threshold is set for sensitivity where the illness is common."),
        gettext_noop("Needless tests and fear; staff learn to ignore the alarm."),
        gettext_noop("Healthy patients, and those whose alarm is then ignored."),
    ),
    SuggestedHazard(
        gettext_noop("It does not carry over to another clinic"),
        gettext_noop("Devices, coding habits or patients differ from where it was trained."),
        gettext_noop("The accuracy promised in the paper is not the one at the bedside."),
        gettext_noop("Patients of clinics that did not supply training data."),
    ),
    SuggestedHazard(
        gettext_noop("It takes cost or access for need"),
        gettext_noop("The label is what was spent or booked, not how ill somebody was."),
        gettext_noop("Those who could not get care before are ranked last again."),
        gettext_noop("Patients who are poor, uninsured or far from care."),
    ),
    SuggestedHazard(
        gettext_noop("Health data reaches people it should not"),
        gettext_noop("Rows, explanations or rare outcomes let a patient be recognised."),
        gettext_noop("Confidence is broken; loss of work or standing may follow."),
        gettext_noop("Patients, above all those with rare or stigmatised illnesses."),
    ),
    SuggestedHazard(
        gettext_noop("Clinicians lose the practice to judge without it"),
        gettext_noop("The model answers first, every time, and is mostly right."),
        gettext_noop("When it fails or is away, nobody notices or can take over."),
        gettext_noop("Patients seen during an outage, and staff in training."),
    ),
)
MARKETING = (
    SuggestedHazard(
        gettext_noop("It aims at people in a weak moment"),
        gettext_noop("Debt, grief, addiction or sleeplessness predict who responds."),
        gettext_noop("People buy what harms them; that may be manipulation the law forbids."),
        gettext_noop("People in debt, addicted or bereaved, and minors."),
    ),
    SuggestedHazard(
        gettext_noop("It keeps good offers from a group"),
        gettext_noop("Reach is optimised on past buyers, who were mostly of one group."),
        gettext_noop("Homes, work or credit are never shown to the others."),
        gettext_noop("People by sex, age or origin who never see the offer."),
    ),
    SuggestedHazard(
        gettext_noop("It reveals what somebody has told nobody"),
        gettext_noop("Purchases give away a pregnancy, an illness or an orientation."),
        gettext_noop("A letter or an advertisement tells the family or the employer."),
        gettext_noop("Customers and those who live with them."),
    ),
    SuggestedHazard(
        gettext_noop("It writes to people who said no"),
        gettext_noop("Consent is kept elsewhere, or is older than the list."),
        gettext_noop("Complaints, fines, and customers who leave."),
        gettext_noop("Customers who objected or withdrew their consent."),
    ),
)
FRAUD = (
    SuggestedHazard(
        gettext_noop("It stops honest people from paying or being paid"),
        gettext_noop("Fraud is rare, so that most alarms are false at any threshold."),
        gettext_noop("Rent, wages or medicine are not paid; the person is suspected."),
        gettext_noop("Customers who travel, move, or live from one payment to the next."),
    ),
    SuggestedHazard(
        gettext_noop("It suspects a group rather than a deed"),
        gettext_noop("Names, countries or districts were checked more, so more was found there."),
        gettext_noop("The same people are stopped again and again, and found again."),
        gettext_noop("Migrants and people in districts that are watched closely."),
    ),
    SuggestedHazard(
        gettext_noop("Fraudsters learn what it looks for"),
        gettext_noop("Rules leak, limits are tried out, and the model stays as it is."),
        gettext_noop("It goes on reporting few losses while they grow elsewhere."),
        gettext_noop("The firm, and the customers whose accounts are emptied."),
    ),
    SuggestedHazard(
        gettext_noop("A case cannot be explained to the person or to a court"),
        gettext_noop("The score comes from many weak signs nobody can put into words."),
        gettext_noop("A block cannot be defended, or is not lifted for lack of words."),
        gettext_noop("Customers whose account or benefit was blocked."),
    ),
    SuggestedHazard(
        gettext_noop("It learns from its own suspicions"),
        gettext_noop("Only what it flagged was investigated, and that became the label."),
        gettext_noop("Kinds of fraud it never flagged are never found."),
        gettext_noop("Victims of kinds of fraud that are not looked for."),
    ),
)
# By the codes of ``registry.rules.catalogue.USE_CASES``; for any other use there is none.
SUGGESTED: dict[str, tuple[SuggestedHazard, ...]] = {
    "credit": CREDIT,
    "hiring": HIRING,
    "insurance": INSURANCE,
    "health": HEALTH,
    "marketing": MARKETING,
    "fraud": FRAUD,
}
