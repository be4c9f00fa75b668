"""One world with something to hide at every moment of the procedure, each under a text that occurs nowhere else."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.acceptances.services.documents import certificate_content
from app.core.digests import digest
from app.core.files import FileStore
from app.demands import pledges, services
from app.models import (
    Acceptance,
    Attachment,
    Bid,
    BidFile,
    Conflict,
    Demand,
    Expert,
    Membership,
    Message,
    OpeningRecord,
    Organisation,
    User,
)
from app.models.codes import Process
from app.models.jobs import SheetImport
from app.models.procedure_codes import (
    BidSlot,
    ConflictReason,
    ConflictSource,
    Role,
    SheetKind,
    Visibility,
)
from app.models.states import (
    AcceptanceState,
    AssignmentState,
    AwardState,
    BidState,
    ChangeState,
    ContractState,
    DemandState,
    DemonstrationState,
    MilestoneState,
    ObjectionState,
    PaymentState,
    SheetState,
)
from app.models.unsaved import UnsavedText
from app.notices.services import publish_award_notice
from tests.bids.making import submitted_bid
from tests.core.sample_files import PDF
from tests.demands import sheets_of
from tests.factories import (
    World,
    bid_content,
    judge_acceptance,
    make_acceptance,
    make_assignment,
    make_award,
    make_bid,
    make_change,
    make_contract,
    make_demand,
    make_demonstration,
    make_expert,
    make_milestone,
    make_objection,
    make_organisation,
    make_panel,
    make_payment,
    make_replication,
    make_round,
    make_sheet,
    make_subsidy,
    make_user,
)
from tests.factories.world import PEOPLE
from tests.reviews.stage import Review
from tests.visibility.crawling import Reader

NAMES = (
    "operator",
    "organizer",
    "second_organizer",
    "other_organizer",
    "recommender",
    "other_recommender",
    "owner",
    "other_owner",
    "bidder",
    "other_bidder",
    "third_bidder",
    "supervisor",
    "finance",
)
SEATS = {"chair": 0, "expert": 1, "unpledged": 4, "recused": 5, "reserve": 6}


def reader_of(person: User, role: Role) -> Reader:
    """A person as a reader of pages."""
    return Reader(f"{person.id}:{person.session_version}", role.value)


def planted(name: str) -> str:
    """A text that nothing else says, recognised by `crawling.PLANTED`."""
    return f"QZ-{name}-ZQ"


class Stage:
    """Everything there is to hide. `things` holds what pages are asked for by name, `files` the downloads."""

    def __init__(self, world: World, store: FileStore) -> None:
        self.world, self.session, self.store = world, world.session, store
        self.things: dict[str, Any] = {}
        self.files: dict[str, str] = {}
        self.experts: list[Expert] = world.experts
        self.experts[1].user.name = planted("expert-name")
        self.unit, self.unit_person = self._unit("unit")
        self.blind_unit, self.blind_person = self._unit("blind-unit")
        for make in (
            self._before_publication,
            self._listed,
            self._in_check,
            self._in_review,
            self._in_blind_review,
            self._after_review,
            self._on_notice,
            self._on_quiet_notice,
            self._under_contract,
            self._afterwards,
        ):
            make()
        self._message()
        self.things |= {"unit": self.unit, "round": world.round}
        self.things |= {"member": self.experts[1], "left": self.experts[5]}
        query = select(Membership).where(Membership.user_id == self.unit_person.id)
        self.things["membership"] = self.session.scalars(query).one()
        for storage_name in self.session.scalars(select(BidFile.storage_name)):
            if not self.store.exists(storage_name):
                self._fill(storage_name, "another file")
        self.session.commit()

    @property
    def readers(self) -> dict[str, Reader]:
        """Everybody who looks. `expert` and `chair` sit on panels, `recused` left one, `unpledged` has not signed
        there but elsewhere, `reserve` is on a reserve list; `unit` asked a question and has a sealed bid."""
        world = self.world
        found = {"public": Reader(None, "public")}
        found |= {name: reader_of(world.people[name], PEOPLE[name][2]) for name in NAMES}
        found |= {name: reader_of(self.experts[number].user, Role.EXPERT) for name, number in SEATS.items()}
        return found | {"unit": reader_of(self.unit_person, Role.BIDDER)}

    # The moments.

    def _before_publication(self) -> None:
        world = self.world
        self.things["draft"] = make_demand(world, DemandState.DRAFT, goal=planted("draft"))
        self._leaves_unsaved(self.things["draft"])
        self._uploads_a_sheet()
        vetted = make_demand(world, DemandState.VETTING, goal=planted("submitted"))
        self.things["submitted"] = vetted
        self.things["vetting_sheet"] = make_sheet(world, demand=vetted, strengths=planted("vetting-sheet"))
        self._attach(vetted, "letter", "letter-file", Visibility.INTERNAL)

    def _uploads_a_sheet(self) -> None:
        """What the organizer typed wrongly in a sheet, as its report quotes it."""
        saved = self.store.save(sheets_of.sheet([sheets_of.right_row(0)]), limit=10**7)
        fault = {"sheet": "需求汇总表", "row": 3, "column": "S", "id": "contact_phone", "name": "联系电话"}
        fault |= {"value": planted("sheet-cell"), "code": "phone_wrong", "details": {}}
        made = SheetImport(
            kind=SheetKind.DEMANDS,
            round=self.world.round,
            name="需求汇总表.xlsx",
            media_type="application/vnd",
            size=saved.size,
            sha256=saved.sha256,
            storage_name=saved.storage_name,
            author_id=self.world.organizer.id,
            organisation_id=self.world.organizer_org.id,
            report={"rows": 1, "fault_count": 1, "faults": [fault], "note_count": 0, "notes": []},
            created_at=self.world.now,
        )
        self.things["sheet_import"] = self.world.add(made)

    def _leaves_unsaved(self, demand: Any) -> None:
        """What the owner was typing; and what somebody typed who may no longer write there."""
        for person, name in ((self.world.owner, "unsaved"), (self.world.organizer, "unsaved-elsewhere")):
            self.world.add(
                UnsavedText(
                    thing_type="demand",
                    thing_id=demand.id,
                    part="what",
                    user_id=person.id,
                    data={"goal": [planted(name)]},
                    saved_at=self.world.now,
                )
            )

    def _listed(self) -> None:
        world, session, now = self.world, self.session, self.world.now
        demand = make_demand(
            world,
            DemandState.OPEN,
            goal=planted("listed"),
            interface_constraints=planted("interface"),
            contact_name=planted("contact"),
            contact_email="qz@test.example",
        )
        self.things["listed"] = demand
        self._attach(demand, "picture", "picture-file", Visibility.PUBLIC)
        self._attach(demand, "description", "description-file", Visibility.RESTRICTED)
        unit, bidder = world.actor_of(self.unit_person), world.actor(Role.BIDDER)
        pledges.sign_restricted_pledge(session, demand, by=bidder, now=now)
        self.things["question"] = services.ask_question(
            session, demand, text=f"{planted('question')}请问样本是否脱敏？", by=unit, now=now
        )
        visit = services.plan_visit(
            session,
            demand,
            starts_at=now + timedelta(days=9),
            place="门诊楼",
            by=world.actor(Role.DEMAND_OWNER),
            now=now,
        )
        services.join_visit(session, visit, by=world.actor_of(world.third_bidder), now=now)
        matched = make_demand(world, DemandState.OPEN, process=Process.MATCH_FIRST)
        self.things["matched"] = matched
        services.register_intent(session, matched, statement=planted("intent"), by=bidder, now=now)
        for name, by in (("sealed", bidder), ("unit_sealed", unit)):
            bid = submitted_bid(
                session, demand, by=by, now=now, title=planted(f"{name.replace('_', '-')}-title")
            )
            self.things[name] = bid
            for version_file in self._bid_files(bid):
                self._fill(version_file.storage_name, planted(f"{name.replace('_', '-')}-file"))
            self.files[name] = f"/bids/{bid.id}/files/{self._bid_files(bid)[0].id}"

    def _in_check(self) -> None:
        demand = make_demand(self.world, DemandState.SCREENING)
        bid = self._bid("opened", BidState.OPENED, demand)
        make_bid(self.world, BidState.OPENED, demand=demand, lead=self.world.other_bidder_org)
        self.things |= {"checked": demand, "opened": bid}
        line = {
            "bid_id": str(bid.id),
            "number": bid.number,
            "lead": planted("opening-record"),
            "price_fen": bid.price_fen,
            "duration_months": bid.duration_months,
            "sealed_at": bid.submitted_at.isoformat(),
            "commitment": "0e" * 32,
            "matches": True,
            "problem": "",
        }
        self.world.add(
            OpeningRecord(
                demand_id=demand.id,
                opened_at=self.world.now,
                officers=[{"name": "邓文昭", "at": self.world.now.isoformat()}],
                lines=[line],
                digest=digest({"lines": [line]}),
            )
        )

    def _in_review(self) -> None:
        world = self.world
        demand = make_demand(world, DemandState.REVIEWING)
        bid = self._bid("eligible", BidState.ELIGIBLE, demand)
        make_bid(world, BidState.ELIGIBLE, demand=demand, lead=world.other_bidder_org)
        panel = self._panel(demand)
        recused = self.experts[5]
        make_assignment(world, AssignmentState.RECUSED, panel=panel, expert=recused, position=9)
        world.add(
            Conflict(
                expert_id=recused.id,
                demand_id=demand.id,
                bid_id=bid.id,
                source=ConflictSource.DECLARED,
                reason=ConflictReason.RELATIVE,
                note=planted("conflict"),
                at=world.now,
            )
        )
        sheets = (
            ("chair", SheetState.SUBMITTED),
            ("expert", SheetState.SUBMITTED),
            ("last", SheetState.DRAFT),
        )
        for seat, (name, state) in zip(panel.assignments, sheets, strict=False):
            made = make_sheet(
                world, state, seat=seat, bid=bid, strengths=planted(f"running-{name}"), percent=71
            )
            self.things[f"running_{name}"] = made
        for name, number in (("seat", 1), ("unpledged_seat", 4), ("reserve_seat", 6)):
            self.things[name] = panel.assignments[number]
        self.things |= {"reviewing": demand, "panel": panel, "eligible": bid}

    def _in_blind_review(self) -> None:
        world = self.world
        demand = make_demand(world, DemandState.REVIEWING, round_=make_round(world, is_blind=True))
        bid = self._bid("blind", BidState.ELIGIBLE, demand, lead=self.blind_unit)
        version = self._bid_files(bid)[0].version
        copy = BidFile(
            slot=BidSlot.BLIND,
            name="盲评稿.pdf",
            media_type="application/pdf",
            size=100,
            sha256="cd" * 32,
            storage_name=f"{bid.id.hex[:30]}ff",
            created_at=world.now,
            version_id=version.id,
        )
        world.add(copy)
        self._fill(copy.storage_name, planted("blind-copy"))
        self.files["blind_copy"] = f"/bids/{bid.id}/files/{copy.id}"
        self.things |= {
            "blind_demand": demand,
            "blind": bid,
            "blind_seat": self._panel(demand).assignments[1],
        }

    def _after_review(self) -> None:
        """Two demands: one with all sheets locked and the report signed, one with the decision recorded too."""
        concluded = self._reviewed("concluded", 93)
        self.things["concluded_sheet_of_chair"] = concluded.sheets[0]
        decided = self._reviewed("decided", 83)
        self.things["decided_award"] = make_award(self.world, AwardState.PENDING, bid=decided.bids[0])

    def _on_notice(self) -> None:
        world = self.world
        review = self._reviewed("noticed", 77)
        award = make_award(world, AwardState.PENDING, bid=review.bids[0])
        notice = publish_award_notice(
            self.session, review.demand, by=world.actor(Role.ORGANIZER), now=world.now
        )
        objection = make_objection(
            world,
            ObjectionState.ADMITTED,
            notice=notice,
            award=award,
            handler_id=world.second_organizer.id,
            objector_name=planted("objector-name"),
            objector_contact=planted("objector-contact"),
            facts=planted("objection-facts"),
        )
        self._attach(objection, "evidence", "evidence-file", Visibility.INTERNAL)
        self.things |= {"award": award, "notice": notice, "objection": objection}

    def _on_quiet_notice(self) -> None:
        """A round that publishes neither scores nor ranking, but the names of the experts."""
        world = self.world
        round_ = make_round(
            world, is_publishing_scores=False, is_publishing_ranking=False, is_publishing_experts=True
        )
        world.experts = [
            make_expert(world, user=make_user(world, name=planted("published-expert"))) for _each in range(7)
        ]
        review = self._reviewed("quiet", 67, round_=round_)
        world.experts = self.experts
        make_award(world, AwardState.PENDING, bid=review.bids[0])
        self.things["quiet_notice"] = publish_award_notice(
            self.session, review.demand, by=world.actor(Role.ORGANIZER), now=world.now
        )

    def _under_contract(self) -> None:
        world = self.world
        award = make_award(world, AwardState.ACTIVE)
        award.demand.state = DemandState.COMPLETED
        contract = make_contract(
            world,
            ContractState.ACTIVE,
            award=award,
            breach_clause=planted("contract"),
            ip_clause=planted("clause"),
        )
        self._attach(contract, "scan", "scan-file", Visibility.INTERNAL)
        milestone = make_milestone(world, MilestoneState.SUBMITTED, contract=contract)
        milestone.report = planted("milestone")
        self._attach(milestone, "evidence", "milestone-file", Visibility.INTERNAL)
        payment = make_payment(world, PaymentState.PAID, contract=contract, position=2)
        payment.voucher_number = planted("voucher")
        self._attach(payment, "voucher", "voucher-file", Visibility.INTERNAL)
        change = make_change(world, ChangeState.FILED, contract=contract, reason=planted("change"))
        self._attach(change, "evidence", "change-file", Visibility.INTERNAL)
        acceptance = make_acceptance(
            world, AcceptanceState.IN_REVIEW, contract=contract, financial_report=planted("acceptance")
        )
        self._attach(acceptance, "package", "package-file", Visibility.INTERNAL)
        judge_acceptance(world, acceptance)
        acceptance.sheets[0].strengths = planted("acceptance-sheet")
        self.things["acceptance_sheet"] = acceptance.sheets[0]
        self.things |= {
            "won": award,
            "contract": contract,
            "milestone": milestone,
            "payment": payment,
            "change": change,
            "acceptance": acceptance,
        }

    def _afterwards(self) -> None:
        world = self.world
        passed = make_acceptance(world, AcceptanceState.PASSED)
        self._certify(passed)
        make_subsidy(world, contract=passed.contract, basis=planted("support"))
        edited = make_demonstration(
            world, DemonstrationState.EDITING, acceptance=passed, problem=planted("record")
        )
        listed = make_demonstration(world, DemonstrationState.LISTED, problem=planted("catalogue"))
        self._certify(listed.acceptance)
        interest = make_replication(world, demonstration=listed, statement=planted("interest"))
        self.things |= {"record": edited, "catalogue": listed, "interest": interest}

    def _message(self) -> None:
        self.things["message"] = self.world.add(
            Message(
                user_id=self.world.other_bidder.id,
                kind="demand.close",
                data={"title": planted("message"), "number": ""},
                created_at=self.world.now,
            )
        )

    # Making things.

    def _certify(self, acceptance: Acceptance) -> None:
        """Give the certificate the content that the service writes."""
        certificate = acceptance.certificate
        assert certificate is not None
        certificate.content = certificate_content(acceptance, None, certificate.number)
        certificate.digest = digest(certificate.content)

    def _unit(self, name: str) -> tuple[Organisation, User]:
        unit = make_organisation(self.world, name=planted(name))
        person = make_user(self.world, organisation=unit, role=Role.BIDDER, name=planted(f"{name}-person"))
        return unit, person

    def _panel(self, demand: Demand) -> Any:
        """Chair, expert and two more who are ready, one who has not signed yet, and two reserves."""
        experts = [self.experts[number] for number in (0, 1, 2, 3, 4, 6, 7)]
        panel = make_panel(self.world, demand=demand, experts=experts)
        seat = panel.assignments[4]
        seat.state, seat.declared_at, seat.pledged_at, seat.pledge_digest = (
            AssignmentState.INVITED,
            None,
            None,
            None,
        )
        for reserve in panel.assignments[5:]:
            assert reserve.is_reserve
        self.session.flush()
        return panel

    def _bid(self, name: str, state: BidState, demand: Demand, lead: Organisation | None = None) -> Bid:
        """A bid whose text, phone, leader and main file say where they come from."""
        lead = lead or self.world.bidder_org
        content = bid_content(self.world, SimpleNamespace(demand=demand, lead_id=lead.id))
        content["understanding"] = planted(f"{name}-text")
        content["leader"] = {
            "name": planted(f"{name}-leader"),
            "title": "",
            "phone": planted(f"{name}-phone"),
            "email": "",
        }
        author = self.blind_person if lead is self.blind_unit else self.world.bidder
        bid = make_bid(self.world, state, demand=demand, lead=lead, content=content, author_id=author.id)
        row = self._bid_files(bid)[0]
        self._fill(row.storage_name, planted(f"{name}-file"))
        self.files[name] = f"/bids/{bid.id}/files/{row.id}"
        return bid

    def _bid_files(self, bid: Bid) -> list[BidFile]:
        from app.bids.queries import version

        found = version(self.session, bid, None)
        assert found is not None
        return list(found.files)

    def _reviewed(self, name: str, percent: int, **more: Any) -> Any:
        """A review through all its steps: the winner's total is `percent`, no member's total is."""
        review = Review(self.world, **more)
        sheets = review.lock([percent + 3, percent - 3, percent, percent, percent], [64] * 5, [61] * 5)
        for seat, sheet in zip(("chair", "expert"), sheets[0], strict=False):
            sheet.strengths = planted(f"{name}-{seat}")
        review.compute()
        review.draft(planted(f"{name}-report"))
        review.sign()
        review.conclude()
        review.sheets = sheets[0]  # type: ignore[attr-defined]
        self.things[name] = review.demand
        self.things[f"{name}_bid"] = review.bids[0]
        self.things[f"{name}_sheet"] = sheets[0][1]
        return review

    def _attach(self, thing: Any, slot: str, name: str, visibility: Visibility) -> None:
        storage = digest({"file": name})[:32]
        self._fill(storage, planted(name))
        row = self.world.add(
            Attachment(
                thing_type=type(thing).__tablename__,
                thing_id=thing.id,
                slot=slot,
                visibility=visibility,
                name=f"{planted(name + '-name')}.pdf",
                media_type="application/pdf",
                size=100,
                sha256="ef" * 32,
                storage_name=storage,
                created_at=self.world.now,
            )
        )
        self.files[name] = f"/files/{row.id}"
        self.things[f"{name}_row"] = row

    def _fill(self, storage_name: str, text: str) -> None:
        path = self.store.path(storage_name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF + text.encode())
