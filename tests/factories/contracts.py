"""Contracts that balance, with their milestones, payments, changes and fiscal support."""

from datetime import date, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from app.core.clock import add_months, day_of
from app.core.digests import digest
from app.models.awards import Award
from app.models.codes import BudgetSource, CostItem
from app.models.contracts import (
    BudgetLine,
    ChangeRequest,
    Contract,
    ContractEdition,
    ContractIndicator,
    ContractSignature,
    Milestone,
    PaymentLine,
    Subsidy,
)
from app.models.procedure_codes import ChangeKind, EndReason
from app.models.states import AcceptanceState, AwardState
from app.models.states import ChangeState as CH
from app.models.states import ContractState as C
from app.models.states import MilestoneState as M
from app.models.states import PaymentState as P
from app.models.states import SubsidyState as SU
from tests.factories.awards import make_award

if TYPE_CHECKING:
    from tests.factories.world import World

_serial = count(1)

SIGNED = (C.ACTIVE, C.CLOSED, C.TERMINATED, C.REVOKED)
SHARES = (20_00, 30_00, 50_00)
NAMES = ("方案与原型", "试运行", "全院部署")


def make_contract(
    world: "World", state: C = C.ACTIVE, *, award: Award | None = None, **more: Any
) -> Contract:
    """A contract in the state: targets as in the demand, three milestones, budget and payments that add up.

    Signed ones carry both signatures and began two months ago."""
    serial = next(_serial)
    award = award or make_award(world, AwardState.ACTIVE)
    now, today = world.now, day_of(world.now)
    starts_on = add_months(today, -2) if state in SIGNED else today
    ends_on = add_months(starts_on, 12)
    values: dict[str, Any] = {
        "number": f"{award.demand.number}-C{serial:02d}",
        "title": "病理切片智能辅助诊断系统建设合同",
        "amount_fen": award.amount_fen,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "original_ends_on": ends_on,
        "objectives": "建成并稳定运行三个月以上。",
        "leader_name": "柯北辰",
        "members": [],
        "ip_clause": "专用模型由双方共有。",
        "data_clause": "患者数据不出院。",
        "breach_clause": "逾期按日支付违约金。",
        "promotion_duty": "每年接待观摩不少于两次。",
        "sign_due_on": today + timedelta(days=30),
        "created_at": now - timedelta(days=1),
        "sent_at": now if state is not C.DRAFT else None,
        "activated_at": now if state in SIGNED else None,
        "ended_at": now if state in (C.CLOSED, C.TERMINATED, C.REVOKED, C.CANCELLED) else None,
        "end_reason": EndReason.MARKET_GONE if state in (C.TERMINATED, C.REVOKED) else None,
    } | more
    contract = Contract(award_id=award.id, state=state, **values)
    contract.indicators = [
        ContractIndicator(
            demand_indicator_id=each.id,
            position=each.position,
            name=each.name,
            operator=each.operator,
            target=each.target,
            target_high=each.target_high,
            unit=each.unit,
            condition=each.condition,
            method=each.method,
            is_hard=each.is_hard,
        )
        for each in award.demand.indicators
    ]
    world.add(contract)
    _add_plan(world, contract, starts_on)
    if state in SIGNED:
        sign_contract(world, contract)
    world.session.expire(award, ["contracts"])
    return contract


def _add_plan(world: "World", contract: Contract, starts_on: date) -> None:
    own = contract.amount_fen // 7
    paid = contract.amount_fen - own
    contract.budget = [
        BudgetLine(
            position=1, source=BudgetSource.OWNER, item=CostItem.STAFF, year=starts_on.year, amount_fen=paid
        ),
        BudgetLine(
            position=2, source=BudgetSource.SELF, item=CostItem.TESTING, year=starts_on.year, amount_fen=own
        ),
    ]
    contract.milestones = [
        Milestone(
            position=position,
            name=name,
            due_on=add_months(starts_on, months),
            deliverable="阶段成果",
            check="现场核验",
            percent=share,
            rework_left=2,
        )
        for position, (name, share, months) in enumerate(zip(NAMES, SHARES, (3, 7, 10), strict=True), start=1)
    ]
    world.session.flush()
    amounts = [paid * share // 100_00 for share in SHARES[:-1]]
    amounts.append(paid - sum(amounts))
    contract.payments = [
        PaymentLine(
            milestone_id=milestone.id,
            position=milestone.position,
            source=BudgetSource.OWNER,
            planned_fen=amount,
            planned_on=milestone.due_on + timedelta(days=15),
        )
        for milestone, amount in zip(contract.milestones, amounts, strict=True)
    ]
    world.session.flush()


def sign_contract(world: "World", contract: Contract) -> None:
    """Both parties' signatures under the present edition, and the edition itself."""
    content = {"number": contract.number, "amount_fen": contract.amount_fen}
    world.add(
        ContractEdition(
            contract_id=contract.id,
            number=contract.edition,
            content=content,
            digest=digest(content),
            at=world.now,
        )
    )
    for organisation_id, user in ((contract.owner_id, world.owner), (contract.lead_id, world.bidder)):
        contract.signatures.append(
            ContractSignature(
                edition=contract.edition,
                organisation_id=organisation_id,
                user_id=user.id,
                digest=digest(content),
                at=world.now,
            )
        )
    world.session.flush()


def make_milestone(
    world: "World",
    state: M = M.SCHEDULED,
    *,
    contract: Contract | None = None,
    position: int = 1,
    **more: Any,
) -> Milestone:
    """A milestone of a contract in force, put into the state."""
    contract = contract or make_contract(world)
    milestone = contract.milestones[position - 1]
    values: dict[str, Any] = {"state": state}
    if state is not M.SCHEDULED:
        values |= {
            "report": "已完成原型系统并通过院内演示。",
            "results": [{"indicator": "病灶检出灵敏度", "measured": "95.6", "note": "院内测试"}],
            "submitted_at": world.now,
        }
    if state in (M.MET, M.PARTIALLY_MET, M.NOT_MET):
        values |= {"decided_at": world.now, "opinion": "核验意见已记录。"}
    return _put(world, milestone, values | more)


def make_payment(
    world: "World", state: P = P.PLANNED, *, contract: Contract | None = None, position: int = 1, **more: Any
) -> PaymentLine:
    """A payment line of a contract in force, put into the state; its milestone is met when the line was requested."""
    contract = contract or make_contract(world)
    line = contract.payments[position - 1]
    values: dict[str, Any] = {"state": state}
    if state is not P.PLANNED:
        make_milestone(world, M.MET, contract=contract, position=position)
        values["requested_at"] = world.now
    if state is P.PAID:
        values |= {
            "paid_fen": line.planned_fen,
            "paid_on": day_of(world.now),
            "voucher_number": "PZ-2026-0007",
        }
    return _put(world, line, values | more)


def make_change(
    world: "World", state: CH = CH.FILED, *, contract: Contract | None = None, **more: Any
) -> ChangeRequest:
    """A request for three more months, with the owner's consent once it is decided."""
    contract = contract or make_contract(world)
    values: dict[str, Any] = {
        "kind": ChangeKind.EXTENSION,
        "reason": "扫描仪到货推迟，申请延期三个月。",
        "payload": {"ends_on": add_months(contract.ends_on, 3).isoformat()},
        "has_owner_consent": state is CH.APPROVED,
        "author_id": world.bidder.id,
        "filed_at": world.now,
        "decided_at": None if state is CH.FILED else world.now,
    } | more
    change = world.add(ChangeRequest(contract_id=contract.id, state=state, **values))
    world.session.expire(contract, ["changes"])
    return change


def make_subsidy(
    world: "World", state: SU = SU.RECOMMENDED, *, contract: Contract | None = None, **more: Any
) -> Subsidy:
    """Fiscal support of 300,000 yuan for a contract whose acceptance passed."""
    from tests.factories.outcomes import make_acceptance

    contract = contract or make_acceptance(world, AcceptanceState.PASSED).contract
    values: dict[str, Any] = {
        "amount_fen": 300_000_00,
        "basis": "验收通过，按办法给予后补助。",
        "recommended_at": world.now,
        "approved_at": None if state is SU.RECOMMENDED else world.now,
    }
    if state is SU.PAID:
        values |= {"paid_on": day_of(world.now), "voucher_number": "CZ-2026-0003"}
    return world.add(Subsidy(contract_id=contract.id, state=state, **(values | more)))


def _put(world: "World", thing: Any, values: dict[str, Any]) -> Any:
    for name, value in values.items():
        setattr(thing, name, value)
    world.session.flush()
    return thing
