"""The states of every thing: code, wording, colour. What may follow what stands in app/workflow."""

from app.core.i18n import _l
from app.models.base import State


class OrganisationState(State):
    """An organisation before and after its verification."""

    REGISTERED = "registered", _l("Awaiting verification"), "amber"
    VERIFIED = "verified", _l("Verified"), "green"
    REJECTED = "rejected", _l("Verification refused"), "red"
    SUSPENDED = "suspended", _l("Suspended"), "grey"


class RoundState(State):
    """A round (批次)."""

    DRAFT = "draft", _l("Round in preparation"), "grey"
    OPEN = "open", _l("Round open"), "green"
    CLOSED = "closed", _l("Round closed"), "blue"
    ARCHIVED = "archived", _l("Archived"), "grey"


class DemandState(State):
    """A demand (需求, 榜单), from the draft to the signed contracts."""

    DRAFT = "draft", _l("Draft"), "grey"
    SUBMITTED = "submitted", _l("Awaiting recommendation"), "amber"
    RETURNED = "returned", _l("Returned for changes"), "red"
    NOT_RECOMMENDED = "not_recommended", _l("Not recommended"), "grey"
    VETTING = "vetting", _l("In vetting"), "blue"
    REJECTED = "rejected", _l("Not listed"), "grey"
    MERGED = "merged", _l("Merged"), "grey"
    APPROVED = "approved", _l("Approved for listing"), "teal"
    OPEN = "open", _l("Open for bids"), "green"
    CLOSED = "closed", _l("Bidding closed"), "amber"
    SCREENING = "screening", _l("In formal check"), "blue"
    REVIEWING = "reviewing", _l("In expert review"), "blue"
    RECOMMENDED = "recommended", _l("Proposed for award"), "purple"
    IN_NOTICE = "in_notice", _l("On public notice"), "purple"
    AWARDED = "awarded", _l("Taken on"), "teal"
    COMPLETED = "completed", _l("Contracts signed"), "green"
    NO_AWARD = "no_award", _l("No award"), "grey"
    WITHDRAWN = "withdrawn", _l("Withdrawn listing"), "grey"


class BidState(State):
    """A bid (揭榜申报)."""

    DRAFT = "draft", _l("Bid draft"), "grey"
    SUBMITTED = "submitted", _l("Submitted and sealed"), "green"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "grey"
    LAPSED = "lapsed", _l("Lapsed, not submitted"), "grey"
    OPENED = "opened", _l("Opened"), "blue"
    NEEDS_CURE = "needs_cure", _l("Needs to be cured"), "amber"
    ELIGIBLE = "eligible", _l("Passed the formal check"), "teal"
    INELIGIBLE = "ineligible", _l("Failed the formal check"), "red"
    SCORED = "scored", _l("Scored"), "blue"
    SHORTLISTED = "shortlisted", _l("Shortlisted"), "purple"
    RECOMMENDED = "recommended", _l("Recommended for award"), "purple"
    RESERVE = "reserve", _l("On the reserve list"), "amber"
    NOT_SELECTED = "not_selected", _l("Not selected"), "grey"
    AWARDED = "awarded", _l("Won"), "green"
    DECLINED = "declined", _l("Declined by the winner"), "grey"
    DISQUALIFIED = "disqualified", _l("Disqualified"), "red"


class ExpertState(State):
    """An expert in the pool."""

    ACTIVE = "active", _l("In the pool"), "green"
    SUSPENDED = "suspended", _l("Suspended from the pool"), "amber"
    RETIRED = "retired", _l("Left the pool"), "grey"


class AssignmentState(State):
    """An expert's seat on a panel."""

    DRAWN = "drawn", _l("Drawn"), "grey"
    INVITED = "invited", _l("Invited"), "amber"
    ACCEPTED = "accepted", _l("Accepted"), "blue"
    DECLINED = "declined", _l("Invitation declined"), "grey"
    RECUSED = "recused", _l("Recused"), "red"
    DONE = "done", _l("Done"), "green"
    REPLACED = "replaced", _l("Replaced"), "grey"


class SheetState(State):
    """One person's score sheet on one thing."""

    DRAFT = "draft", _l("Sheet in work"), "grey"
    SUBMITTED = "submitted", _l("Locked"), "green"
    RETURNED = "returned", _l("Returned to the expert"), "amber"
    FINAL = "final", _l("Final"), "teal"


class AwardState(State):
    """One award of one demand to one bid."""

    PENDING = "pending", _l("Award pending"), "amber"
    ACTIVE = "active", _l("Award in force"), "green"
    UNSUCCESSFUL = "unsuccessful", _l("Award not made"), "grey"
    CANCELLED = "cancelled", _l("Award cancelled"), "red"
    DECLINED = "declined", _l("Award declined"), "grey"


class NoticeState(State):
    """A public notice (公示)."""

    DRAFT = "draft", _l("Notice in preparation"), "grey"
    IN_FORCE = "in_force", _l("Notice running"), "purple"
    CLOSED_CLEAN = "closed_clean", _l("Ended without objection"), "green"
    CLOSED_WITH_OBJECTION = "closed_with_objection", _l("Ended with objections"), "amber"
    SUPERSEDED = "superseded", _l("Superseded"), "grey"
    REVOKED = "revoked", _l("Revoked notice"), "red"


class ObjectionState(State):
    """An objection (异议) to something on public notice."""

    FILED = "filed", _l("Filed"), "amber"
    NOT_ADMITTED = "not_admitted", _l("Not admitted"), "grey"
    ADMITTED = "admitted", _l("Admitted"), "blue"
    UPHELD = "upheld", _l("Upheld"), "red"
    PARTLY_UPHELD = "partly_upheld", _l("Partly upheld"), "red"
    DISMISSED = "dismissed", _l("Dismissed"), "grey"
    REEXAMINATION = "reexamination", _l("In re-examination"), "amber"
    ANSWERED = "answered", _l("Answered"), "green"


class ContractState(State):
    """A contract and task book (合同, 任务书)."""

    DRAFT = "draft", _l("Contract in preparation"), "grey"
    IN_SIGNATURE = "in_signature", _l("In signature"), "amber"
    ACTIVE = "active", _l("In execution"), "green"
    CLOSED = "closed", _l("Completed contract"), "teal"
    TERMINATED = "terminated", _l("Terminated"), "grey"
    REVOKED = "revoked", _l("Revoked"), "red"
    CANCELLED = "cancelled", _l("Cancelled"), "grey"


class MilestoneState(State):
    """One milestone of a contract (里程碑)."""

    SCHEDULED = "scheduled", _l("Scheduled"), "grey"
    SUBMITTED = "submitted", _l("Evidence submitted"), "blue"
    MET = "met", _l("Met"), "green"
    PARTIALLY_MET = "partially_met", _l("Partially met"), "amber"
    NOT_MET = "not_met", _l("Not met"), "red"


class PaymentState(State):
    """One payment line of a contract."""

    PLANNED = "planned", _l("Planned"), "grey"
    REQUESTED = "requested", _l("Payment requested"), "amber"
    PAID = "paid", _l("Paid"), "green"


class ChangeState(State):
    """A request to change a contract."""

    FILED = "filed", _l("Change requested"), "amber"
    APPROVED = "approved", _l("Change approved"), "green"
    REFUSED = "refused", _l("Change refused"), "red"


class AcceptanceState(State):
    """The acceptance of a contract's results (验收)."""

    REQUESTED = "requested", _l("Acceptance requested"), "amber"
    IN_REVIEW = "in_review", _l("In acceptance review"), "blue"
    PASSED = "passed", _l("Passed"), "green"
    RECTIFY = "rectify", _l("To be rectified"), "amber"
    CONCLUDED = "concluded", _l("Concluded without pass"), "grey"
    FAILED = "failed", _l("Not passed"), "red"


class DemonstrationState(State):
    """A demonstration project (示范工程)."""

    CANDIDATE = "candidate", _l("Candidate"), "grey"
    EDITING = "editing", _l("Record in work"), "grey"
    IN_NOTICE = "in_notice", _l("Listing on public notice"), "purple"
    LISTED = "listed", _l("Listed"), "green"
    UNDER_REEXAMINATION = "under_reexamination", _l("Under re-examination"), "amber"
    SUSPENDED = "suspended", _l("Listing suspended"), "amber"
    DELISTED = "delisted", _l("Delisted"), "red"


class ReplicationState(State):
    """A demonstration taken up by someone else (推广应用)."""

    INTEREST = "interest", _l("Interest"), "grey"
    MATCHED = "matched", _l("Matched"), "blue"
    ADOPTED = "adopted", _l("Adopted"), "teal"
    VERIFIED = "verified", _l("Verified effect"), "green"
    ABANDONED = "abandoned", _l("Abandoned"), "grey"


class SubsidyState(State):
    """Fiscal support for a project (财政支持)."""

    RECOMMENDED = "recommended", _l("Support recommended"), "amber"
    APPROVED = "approved", _l("Support approved"), "blue"
    PAID = "paid", _l("Support paid"), "green"


class JobState(State):
    """A piece of background work."""

    QUEUED = "queued", _l("Waiting its turn"), "grey"
    RUNNING = "running", _l("Work under way"), "blue"
    DONE = "done", _l("Work finished"), "green"
    FAILED = "failed", _l("Work failed"), "red"
