"""Code lists of the later stages: checks, reviews, notices, objections, contracts, acceptance, replication."""

from app.core.i18n import _l
from app.models.base import Coded


class Role(Coded):
    """Who a person is on this site, by membership in an organisation or by a seat on a panel."""

    OPERATOR = "operator", _l("Platform operator")
    ORGANIZER = "organizer", _l("Organizer")
    RECOMMENDER = "recommender", _l("Recommending unit")
    DEMAND_OWNER = "demand_owner", _l("Demand owner")
    BIDDER = "bidder", _l("Bidder")
    EXPERT = "expert", _l("Expert")
    PANEL_CHAIR = "panel_chair", _l("Panel chair")
    SUPERVISOR = "supervisor", _l("Supervisor")
    FINANCE = "finance", _l("Finance officer")


class OfficerDuty(Coded):
    """What a round names an officer for."""

    OPENING = "opening", _l("Opening of bids")
    CHECK = "check", _l("Formal check")


class RubricKind(Coded):
    """What a rubric judges."""

    DEMAND = "demand", _l("Demand rubric")
    BID = "bid", _l("Bid rubric")
    DEFENCE = "defence", _l("Defence rubric")
    ACCEPTANCE = "acceptance", _l("Acceptance rubric")
    DEMONSTRATION = "demonstration", _l("Demonstration rubric")


class ExpertKind(Coded):
    """What an expert is asked to judge with."""

    TECHNICAL = "technical", _l("Technical expert")
    FINANCE = "finance", _l("Financial or management expert")
    INDUSTRY = "industry", _l("Industry expert")
    LEGAL = "legal", _l("Legal expert")


class VettingMode(Coded):
    """Who vets the demands of a round."""

    OFFICERS = "officers", _l("Officers of the organizing unit")
    PANEL = "panel", _l("A panel of experts, drawn for each demand")


class PanelPurpose(Coded):
    """What a panel is drawn for."""

    VETTING = "vetting", _l("Vetting of a demand")
    REVIEW = "review", _l("Bid review")
    ACCEPTANCE = "acceptance", _l("Acceptance review")


class ConflictReason(Coded):
    """Why an expert may not judge."""

    SAME_UNIT = "same_unit", _l("Same unit")
    EMPLOYED = "employed", _l("Worked for or advised a party within three years")
    INTEREST = "interest", _l("Economic interest, share or office")
    RELATIVE = "relative", _l("Close relative")
    JOINT_WORK = "joint_work", _l("Joint work within three years")
    TEACHER_STUDENT = "teacher_student", _l("Teacher and student")
    WROTE_OR_VETTED = "wrote_or_vetted", _l("Wrote or vetted the demand or the bid")
    NAMED_IN_BID = "named_in_bid", _l("Named in the bid")
    CONTACT_MATCH = "contact_match", _l("Same contact data")
    OTHER = "other", _l("Other conflict")


class ConflictSource(Coded):
    """How a conflict came to light."""

    DECLARED = "declared", _l("Declared by the expert")
    FOUND = "found", _l("Found by the system")


class SheetAdvice(Coded):
    """What an expert advises on one bid."""

    RECOMMEND = "recommend", _l("Recommend")
    CONDITIONAL = "conditional", _l("Recommend with conditions")
    REJECT = "reject", _l("Do not recommend")


class RescoreReason(Coded):
    """The four lawful reasons to re-open a locked sheet."""

    SUM_ERROR = "sum_error", _l("The sum is wrong")
    OUT_OF_RANGE = "out_of_range", _l("A score lies outside its range")
    OBJECTIVE_MISMATCH = "objective_mismatch", _l("Objective factors were scored differently")
    OUTLIER = "outlier", _l("A score is abnormally high or low")


class CheckPoint(Coded):
    """The sixteen points of the formal check."""

    IN_TIME = "in_time", _l("In time and complete")
    LEGAL_PERSON = "legal_person", _l("The lead is an independent legal person with a valid credit code")
    SEAL = "seal", _l("Seal and signature of the legal representative")
    CONSORTIUM = "consortium", _l("Consortium within the limit, agreement signed, tasks, money and IP stated")
    LEADER = "leader", _l("The project leader agrees and is within the caps")
    NOT_RELATED = "not_related", _l("Neither the demand owner nor related to it")
    CREDIT = "credit", _l("Credit lists clear, proof not older than 30 days")
    INDICATORS = "indicators", _l("Every indicator answered, no hard indicator worse")
    PRICE = "price", _l("Price within the ceiling, sums equal, self-funding proved")
    DURATION = "duration", _l("Duration within the limit")
    QUALIFICATIONS = "qualifications", _l("Required qualifications proved")
    NO_REPEAT = "no_repeat", _l("No repeated application")
    IP_STATEMENT = "ip_statement", _l("Statement on intellectual property")
    DATA_PLEDGE = "data_pledge", _l("Pledge on data security")
    BLIND_COPY = "blind_copy", _l("Blind copy clean, if used")
    INTEGRITY = "integrity", _l("Integrity pledge")


class Verdict(Coded):
    """How a point of the formal check was decided."""

    YES = "yes", _l("Yes")
    NO = "no", _l("No")
    NA = "na", _l("Not applicable")


class Severity(Coded):
    """What a failed point of the formal check means."""

    CURABLE = "curable", _l("Curable")
    FATAL = "fatal", _l("Fatal")


class NoticeKind(Coded):
    """What is on public notice."""

    DEMAND_SELECTION = "demand_selection", _l("Selection of demands")
    AWARD = "award", _l("Proposed award")
    ACCEPTANCE = "acceptance", _l("Acceptance result")
    DEMONSTRATION = "demonstration", _l("Demonstration list")
    DELISTING = "delisting", _l("Delisting")
    TERMINATION = "termination", _l("Termination of a project")


class ObjectionType(Coded):
    """What an objection is about."""

    QUALIFICATION = "qualification", _l("Qualification of a bidder")
    REVIEW = "review", _l("Review procedure")
    CONFLICT = "conflict", _l("Conflict of interest")
    FALSE_MATERIAL = "false_material", _l("False material")
    REPEAT = "repeat", _l("Repeated application")
    IP = "ip", _l("Intellectual property dispute")
    OTHER = "other", _l("Other matter")


class ObjectorKind(Coded):
    """Who objects."""

    PERSON = "person", _l("A person")
    UNIT = "unit", _l("A unit")


class Remedy(Coded):
    """What follows from an upheld objection."""

    RESCORE = "rescore", _l("Score again")
    NEXT_RANK = "next_rank", _l("Disqualify and take the next rank")
    RECHECK = "recheck", _l("Reopen the formal check")
    RELIST = "relist", _l("Cancel and list again")


class HoldReason(Coded):
    """Why a thing is on hold."""

    OBJECTION = "objection", _l("Objection")
    INVESTIGATION = "investigation", _l("Investigation")
    COURT = "court", _l("Court order")
    OTHER = "other", _l("Other reason for a hold")


class ChangeKind(Coded):
    """What a change request changes."""

    EXTENSION = "extension", _l("Extension of time")
    INDICATORS = "indicators", _l("Change of indicators")
    LEADER = "leader", _l("Change of project leader")
    MEMBER = "member", _l("Change of consortium member")
    BUDGET = "budget", _l("Transfer within the budget")
    ROUTE = "route", _l("Change of technical route")
    NAME = "name", _l("Change of name")


class EndReason(Coded):
    """Why a contract ended early."""

    FORCE_MAJEURE = "force_majeure", _l("Force majeure")
    MARKET_GONE = "market_gone", _l("Technology already public or market gone")
    LEADER_LOST = "leader_lost", _l("Project leader no longer available")
    IP_DISPUTE = "ip_dispute", _l("Dispute over intellectual property")
    DISTRESS = "distress", _l("Unit in grave trouble")
    NOT_RECTIFIED = "not_rectified", _l("Rectification cannot be finished")
    FRAUD = "fraud", _l("False material or fraud")
    OTHER = "other", _l("Other reason for the end")


class IndicatorVerdict(Coded):
    """How one indicator stands at acceptance."""

    MET = "met", _l("Indicator met")
    PARTLY = "partly", _l("Indicator partly met")
    NOT_MET = "not_met", _l("Indicator not met")


class ReplicationKind(Coded):
    """How a demonstration is taken up."""

    COPY = "copy", _l("Full copy")
    PARTIAL = "partial", _l("Partial copy")
    STANDARD = "standard", _l("By standard")


class Visibility(Coded):
    """Who may read a field or a file."""

    PUBLIC = "public", _l("Public")
    RESTRICTED = "restricted", _l("After a signed pledge")
    INTERNAL = "internal", _l("Internal")


class BidSlot(Coded):
    """What a bid's file is."""

    PROPOSAL = "proposal", _l("Bid document, sealed and signed")
    LICENCE = "licence", _l("Business licence")
    COMMITMENT = "commitment", _l("Letter of commitment")
    CREDIT_REPORT = "credit_report", _l("Credit report")
    CONSORTIUM = "consortium", _l("Consortium agreement")
    SELF_FUNDING = "self_funding", _l("Proof of self-raised funds")
    CASES = "cases", _l("Proof of cases and qualifications")
    AUTHORISATION = "authorisation", _l("Letter of authorisation")
    INTENT = "intent", _l("Signed intent agreement")
    BLIND = "blind", _l("Blind copy")


class PartyRole(Coded):
    """A unit's part in a bid."""

    LEAD = "lead", _l("Lead unit")
    MEMBER = "member", _l("Member unit")


class SheetKind(Coded):
    """What an uploaded spreadsheet holds."""

    DEMANDS = "demands", _l("Demand summary sheet")
    DEMAND_FORM = "demand_form", _l("Demand form")
    CREDIT = "credit", _l("Credit list sheet")
    EXPERTS = "experts", _l("Expert pool sheet")
