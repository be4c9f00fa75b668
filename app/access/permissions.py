"""Every permission as "resource:action", and the roles that hold it. Each matrix on the site is made from this list."""

from enum import StrEnum

from app.models.procedure_codes import Role


class Permission(StrEnum):
    """What can be done, named "resource:action"."""

    ORGANISATION_VERIFY = "organisation:verify"
    ORGANISATION_EDIT = "organisation:edit"
    MEMBERSHIP_MANAGE = "membership:manage"
    CALENDAR_KEEP = "calendar:keep"
    FAIRNESS_KEEP = "fairness:keep"
    ROUND_EDIT = "round:edit"
    ROUND_RUN = "round:run"
    EXPERT_KEEP = "expert:keep"
    CREDIT_IMPORT = "credit:import"
    DEMAND_CREATE = "demand:create"
    DEMAND_IMPORT = "demand:import"
    DEMAND_EDIT = "demand:edit"
    DEMAND_SUBMIT = "demand:submit"
    DEMAND_WITHDRAW = "demand:withdraw"
    DEMAND_RECOMMEND = "demand:recommend"
    DEMAND_VET = "demand:vet"
    DEMAND_PUBLISH = "demand:publish"
    DEMAND_CORRECT = "demand:correct"
    DEMAND_RELIST = "demand:relist"
    DEMAND_CONDUCT = "demand:conduct"
    QUESTION_ASK = "question:ask"
    QUESTION_ANSWER = "question:answer"
    VISIT_KEEP = "visit:keep"
    INTENT_REGISTER = "intent:register"
    BID_CREATE = "bid:create"
    BID_EDIT = "bid:edit"
    BID_SUBMIT = "bid:submit"
    BID_OPEN = "bid:open"
    BID_CHECK = "bid:check"
    BID_CURE = "bid:cure"
    BID_RANK = "bid:rank"
    BID_DECLINE = "bid:decline"
    BID_DISQUALIFY = "bid:disqualify"
    PANEL_DRAW = "panel:draw"
    ASSIGNMENT_ANSWER = "assignment:answer"
    SHEET_WRITE = "sheet:write"
    SHEET_RETURN = "sheet:return"
    SATISFACTION_GIVE = "satisfaction:give"
    REPORT_DRAFT = "report:draft"
    REPORT_SIGN = "report:sign"
    AWARD_DECIDE = "award:decide"
    NOTICE_PUBLISH = "notice:publish"
    OBJECTION_HANDLE = "objection:handle"
    OBJECTION_ASSIGN = "objection:assign"
    CONTRACT_DRAFT = "contract:draft"
    CONTRACT_SIGN = "contract:sign"
    CONTRACT_END = "contract:end"
    MILESTONE_REPORT = "milestone:report"
    MILESTONE_JUDGE = "milestone:judge"
    PAYMENT_REQUEST = "payment:request"
    PAYMENT_RECORD = "payment:record"
    CHANGE_FILE = "change:file"
    CHANGE_CONSENT = "change:consent"
    CHANGE_DECIDE = "change:decide"
    ACCEPTANCE_REQUEST = "acceptance:request"
    ACCEPTANCE_OPINION = "acceptance:opinion"
    ACCEPTANCE_DECIDE = "acceptance:decide"
    DEMONSTRATION_EDIT = "demonstration:edit"
    DEMONSTRATION_LIST = "demonstration:list"
    REPLICATION_REGISTER = "replication:register"
    REPLICATION_EDIT = "replication:edit"
    REPLICATION_MATCH = "replication:match"
    REPLICATION_VERIFY = "replication:verify"
    SUBSIDY_RECOMMEND = "subsidy:recommend"
    SUBSIDY_PAY = "subsidy:pay"
    HOLD_SET = "hold:set"
    EVENT_READ = "event:read"
    SUPERVISOR_NOTE = "supervisor:note"


P = Permission

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset({P.ORGANISATION_VERIFY, P.MEMBERSHIP_MANAGE, P.CALENDAR_KEEP, P.FAIRNESS_KEEP}),
    Role.ORGANIZER: frozenset(
        {
            P.ORGANISATION_VERIFY,
            P.ROUND_EDIT,
            P.ROUND_RUN,
            P.EXPERT_KEEP,
            P.CREDIT_IMPORT,
            P.DEMAND_IMPORT,
            P.DEMAND_VET,
            # Their own vetting sheets; on bids only experts have sheets.
            P.SHEET_WRITE,
            P.DEMAND_PUBLISH,
            P.DEMAND_CONDUCT,
            P.BID_OPEN,
            P.BID_CHECK,
            P.BID_RANK,
            P.BID_DISQUALIFY,
            P.PANEL_DRAW,
            P.AWARD_DECIDE,
            P.NOTICE_PUBLISH,
            P.OBJECTION_HANDLE,
            P.CONTRACT_END,
            P.CHANGE_DECIDE,
            P.ACCEPTANCE_DECIDE,
            P.DEMONSTRATION_LIST,
            P.REPLICATION_MATCH,
            P.REPLICATION_VERIFY,
            P.SUBSIDY_RECOMMEND,
        }
    ),
    Role.RECOMMENDER: frozenset({P.DEMAND_IMPORT, P.DEMAND_RECOMMEND}),
    Role.DEMAND_OWNER: frozenset(
        {
            P.ORGANISATION_EDIT,
            P.DEMAND_CREATE,
            P.DEMAND_IMPORT,
            P.DEMAND_EDIT,
            P.DEMAND_SUBMIT,
            P.DEMAND_WITHDRAW,
            P.DEMAND_CORRECT,
            P.DEMAND_RELIST,
            P.QUESTION_ANSWER,
            P.VISIT_KEEP,
            P.SATISFACTION_GIVE,
            P.CONTRACT_DRAFT,
            P.CONTRACT_SIGN,
            P.MILESTONE_JUDGE,
            P.PAYMENT_RECORD,
            P.CHANGE_CONSENT,
            P.ACCEPTANCE_OPINION,
            P.DEMONSTRATION_EDIT,
            P.REPLICATION_REGISTER,
            P.REPLICATION_EDIT,
        }
    ),
    Role.BIDDER: frozenset(
        {
            P.ORGANISATION_EDIT,
            P.QUESTION_ASK,
            P.INTENT_REGISTER,
            P.BID_CREATE,
            P.BID_EDIT,
            P.BID_SUBMIT,
            P.BID_CURE,
            P.BID_DECLINE,
            P.CONTRACT_SIGN,
            P.MILESTONE_REPORT,
            P.PAYMENT_REQUEST,
            P.CHANGE_FILE,
            P.ACCEPTANCE_REQUEST,
            P.REPLICATION_REGISTER,
            P.REPLICATION_EDIT,
        }
    ),
    Role.EXPERT: frozenset({P.ASSIGNMENT_ANSWER, P.SHEET_WRITE, P.REPORT_SIGN}),
    Role.PANEL_CHAIR: frozenset({P.SHEET_RETURN, P.REPORT_DRAFT}),
    Role.SUPERVISOR: frozenset(
        {P.HOLD_SET, P.EVENT_READ, P.OBJECTION_ASSIGN, P.OBJECTION_HANDLE, P.SUPERVISOR_NOTE}
    ),
    Role.FINANCE: frozenset({P.SUBSIDY_PAY, P.PAYMENT_RECORD}),
}
