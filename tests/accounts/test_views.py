"""The pages of accounts over HTTP: what is typed is kept, what is refused is said, what is not seen is 404."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.demo import DEMO_PASSWORD, demo_accounts
from app.core.uscc import fictional
from app.models.accounts import Organisation, SignInFailure, User
from app.models.procedure_codes import Role
from app.models.records import Mail
from app.models.states import OrganisationState
from app.notifications.delivery import deliver
from tests.browsing import FussyClient, text_of
from tests.factories import PASSWORD, World, make_organisation, make_user
from tests.moments import Clock

SECRET = "yellow-crane-tower-1957"
PERSON = {
    "name": "黎砚秋",
    "email": "liyanqiu@test.example",
    "phone": "13800000000",
    "password": SECRET,
    "password_again": SECRET,
    "has_read_privacy": "y",
}
UNIT = {
    "name": "武汉长风智造科技有限公司",
    "uscc": fictional("420100", "91", 77777),
    "org_type": "enterprise_private",
    "region": "420100",
    "legal_rep": "章台柳",
    "wants_bid": "y",
}


def main_text(answer: object) -> str:
    main = answer.tree.find(".//main")  # type: ignore[attr-defined]
    return text_of(main)


def link_in_mail(session: Session, app: Flask, clock: Clock, kind: str) -> str:
    """The path of the link in the newest mail of the kind, as it was really sent."""
    deliver(app, clock.now)
    session.rollback()
    mail = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.created_at.desc())).first()
    assert mail is not None and mail.sent_at is not None
    [file] = app.config["MAIL_DIR"].glob(f"*{mail.id}.eml")
    from email import message_from_bytes, policy

    body = message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
    return str(re.search(r"http://localhost(/\S+/\S+)", body)[1])  # type: ignore[index]


def test_register_confirm_sign_in_and_register_an_organisation(
    client: FussyClient, app: Flask, session: Session, clock: Clock
) -> None:
    assert client.submit("/register", PERSON).location == "/register/sent"
    address = link_in_mail(session, app, clock, "confirm_email")
    answer = client.submit(address, {"password": "not the password"})
    assert answer.status_code == 422
    assert client.submit(address, {"password": SECRET}).status_code == 302
    assert client.get(address).status_code == 404
    made = client.submit("/organisations/new", UNIT)
    assert made.status_code == 302
    page = client.get(made.location)
    assert (page.status_code, UNIT["name"] in main_text(page)) == (200, True)
    client.sign_out()
    assert client.get(made.location).status_code == 404


def test_answer_alike_for_a_known_and_an_unknown_address(client: FussyClient, world: World) -> None:
    known = client.submit("/register", PERSON | {"email": world.owner.email})
    unknown = client.submit("/register", PERSON)
    assert (
        (known.status_code, known.location)
        == (unknown.status_code, unknown.location)
        == (302, "/register/sent")
    )
    asked = [
        client.submit("/forgotten", {"email": email}) for email in (world.owner.email, "no@test.example")
    ]
    assert asked[0].get_data() == asked[1].get_data()


def test_keep_what_was_typed_when_a_password_is_refused(client: FussyClient) -> None:
    answer = client.submit("/register", PERSON | {"password": "password", "password_again": "password"})
    assert answer.status_code == 422
    values = {each.get("name"): each.get("value") for each in answer.tree.iter("input")}  # type: ignore[attr-defined]
    assert (values["email"], values["name"], values["password"]) == (PERSON["email"], "黎砚秋", "")


def test_count_a_failed_sign_in_although_the_answer_is_a_refusal(
    client: FussyClient, session: Session, world: World
) -> None:
    answer = client.submit("/sign-in", {"email": world.owner.email, "password": "wrong"})
    session.rollback()
    assert answer.status_code == 422
    assert session.scalar(select(func.count(SignInFailure.id))) == 1


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/account", "/account"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example/", "/desk"),
        ("", "/desk"),
    ],
)
def test_go_on_after_signing_in_but_never_off_the_site(
    client: FussyClient, world: World, wanted: str, reached: str
) -> None:
    typed = {"email": world.owner.email, "password": PASSWORD, "next": wanted}
    assert client.submit("/sign-in", typed).location == reached


@pytest.mark.parametrize(
    "wanted", ["/%09/evil.example", "%2F%0A/evil.example", "/%5Cevil.example", "/account%5C..%5C"]
)
def test_take_no_address_that_a_browser_reads_differently(
    client: FussyClient, world: World, wanted: str
) -> None:
    client.sign_in(world.owner)
    assert client.get(f"/sign-in?next={wanted}").location == "/desk"


def test_end_other_sessions_when_the_password_changes(
    client: FussyClient, app: Flask, session: Session, world: World
) -> None:
    client.sign_in(world.owner)
    elsewhere = app.test_client()
    assert isinstance(elsewhere, FussyClient)
    elsewhere.beside = session
    elsewhere.sign_in(world.owner)
    typed = {"current": PASSWORD, "password": SECRET, "password_again": SECRET}
    assert client.submit("/account/password", typed).location == "/account"
    session.rollback()
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_reset_a_forgotten_password_by_mail(
    client: FussyClient, app: Flask, session: Session, world: World, clock: Clock
) -> None:
    client.submit("/forgotten", {"email": world.owner.email})
    address = link_in_mail(session, app, clock, "reset_password")
    assert client.submit(address, {"password": SECRET, "password_again": SECRET}).location == "/sign-in"
    assert client.get(address).status_code == 404
    assert client.submit("/sign-in", {"email": world.owner.email, "password": SECRET}).status_code == 302


def test_choose_language_and_mail_in_the_profile(client: FussyClient, session: Session, world: World) -> None:
    client.sign_in(world.owner)
    client.submit("/account", {"locale": "en", "wants_mail": None})
    session.rollback()
    person = session.get_one(User, world.owner.id)
    assert (person.locale, person.wants_mail) == ("en", False)
    assert client.get("/account").tree.get("lang") == "en"  # type: ignore[attr-defined]


def test_act_for_another_organisation_of_ones_own_only(client: FussyClient, world: World) -> None:
    person = make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER)
    second = make_organisation(world)
    from tests.factories import make_membership

    make_membership(world, person, second, Role.BIDDER)
    client.sign_in(person)
    answer = client.submit("/account/organisation", {"organisation": str(second.id)}, page="/account")
    assert answer.status_code == 302
    page = client.get("/account")
    who = page.tree.find(".//p[@class='jb-account-who']")  # type: ignore[attr-defined]
    assert second.name in text_of(who)
    foreign = {"organisation": str(world.bidder_org.id)}
    assert client.submit("/account/organisation", foreign, exact=True).status_code == 404


def test_show_little_of_an_organisation_to_the_public(client: FussyClient, world: World) -> None:
    address = f"/organisations/{world.owner_org.id}"
    public = main_text(client.get(address))
    assert world.owner_org.name in public
    assert world.owner_org.legal_rep not in public
    assert world.owner.email not in public
    client.sign_in(world.owner)
    own = main_text(client.get(address))
    assert world.owner_org.legal_rep in own
    assert world.owner.email in own


@pytest.mark.parametrize(
    "path", ["/organisations/{id}", "/organisations/{id}/edit", "/organisations/{id}/members"]
)
def test_hide_an_unverified_organisation_from_strangers(client: FussyClient, world: World, path: str) -> None:
    hidden = make_organisation(world, OrganisationState.REGISTERED)
    client.sign_in(world.bidder)
    assert client.get(path.format(id=hidden.id)).status_code == 404


@pytest.mark.parametrize("path", ["/organisations/{id}/edit", "/organisations/{id}/members"])
def test_refuse_strangers_to_change_a_public_organisation(
    client: FussyClient, world: World, path: str
) -> None:
    client.sign_in(world.bidder)
    assert client.get(path.format(id=world.owner_org.id)).status_code == 403


def test_verify_an_organisation_on_its_page(client: FussyClient, session: Session, world: World) -> None:
    waiting = make_organisation(world, OrganisationState.REGISTERED, can_post=False, can_bid=False)
    client.sign_in(world.operator)
    assert waiting.name in main_text(client.get("/organisations?state=registered"))
    answer = client.submit(f"/organisations/{waiting.id}/verify", {"can_post": None, "can_bid": "y"})
    session.rollback()
    found = session.get_one(Organisation, waiting.id)
    assert answer.status_code == 302
    assert (found.state, found.can_post, found.can_bid) == (OrganisationState.VERIFIED, False, True)


def test_refuse_an_organisation_with_a_reason(client: FussyClient, session: Session, world: World) -> None:
    waiting = make_organisation(world, OrganisationState.REGISTERED)
    client.sign_in(world.operator)
    address = f"/organisation/{waiting.id}/do/reject"
    assert client.submit(address, {"reason": ""}).status_code == 422
    assert client.submit(address, {"reason": "营业执照与单位名称不一致"}).status_code == 302
    session.rollback()
    assert session.get_one(Organisation, waiting.id).state is OrganisationState.REJECTED


def test_find_organisations_by_text_without_wildcards(client: FussyClient, world: World) -> None:
    client.sign_in(world.operator)
    assert world.owner_org.name in main_text(client.get("/organisations?q=楚岸"))
    assert world.owner_org.name not in main_text(client.get("/organisations?q=%25"))


def test_invite_and_accept_over_the_pages(
    client: FussyClient, app: Flask, session: Session, world: World, clock: Clock
) -> None:
    person = make_user(world)
    client.sign_in(world.owner)
    address = f"/organisations/{world.owner_org.id}/members"
    answer = client.submit(address, {"email": person.email, "role": "demand_owner"})
    assert answer.status_code == 302
    assert person.email in main_text(client.get(address))
    token = link_in_mail(session, app, clock, "invitation")
    assert client.get(token).status_code == 404
    client.sign_in(person)
    assert client.submit(token).location == f"/organisations/{world.owner_org.id}"
    session.rollback()
    assert world.actor_of(session.get_one(User, person.id)).roles == {Role.DEMAND_OWNER}


def test_keep_offices_to_the_operator(client: FussyClient, world: World) -> None:
    person = make_user(world)
    client.sign_in(world.organizer)
    assert client.get("/offices").status_code == 403
    client.sign_in(world.operator)
    typed = {"email": person.email, "organisation": str(world.supervisor_org.id), "role": "supervisor"}
    assert client.submit("/offices", typed).status_code == 302
    refused = client.submit(
        "/offices", typed | {"organisation": str(world.organizer_org.id), "role": "organizer"}
    )
    assert refused.status_code == 422
    assert "须由不同人员担任" in main_text(refused)


def test_end_a_membership_after_asking(client: FussyClient, session: Session, world: World) -> None:
    person = make_user(world, organisation=world.owner_org, role=Role.DEMAND_OWNER)
    held = person.memberships[0]
    client.sign_in(world.bidder)
    assert client.get(f"/memberships/{held.id}/end").status_code == 404
    client.sign_in(world.owner)
    answer = client.submit(f"/memberships/{held.id}/end")
    assert answer.location == f"/organisations/{world.owner_org.id}/members"


def test_show_demonstration_accounts_in_demonstration_mode_only(
    client: FussyClient, app: Flask, session: Session, world: World
) -> None:
    for person in (world.owner, world.operator):
        person.is_demo = True
    world.experts[0].user.is_demo = True
    assert DEMO_PASSWORD not in client.get(f"/sign-in?account={world.owner.email}").get_data(as_text=True)
    app.config["DEMO"] = True
    page = client.get(f"/sign-in?account={world.owner.email}&next=/account")
    values = {each.get("name"): each.get("value") for each in page.tree.iter("input")}  # type: ignore[attr-defined]
    app.config["DEMO"] = False
    assert (values["email"], values["password"], values["next"]) == (
        world.owner.email,
        DEMO_PASSWORD,
        "/account",
    )
    assert [each.role for each in demo_accounts(session)] == [Role.OPERATOR, Role.DEMAND_OWNER, Role.EXPERT]


def test_never_fill_in_an_account_that_is_not_for_demonstration(
    client: FussyClient, app: Flask, world: World
) -> None:
    world.owner.is_demo = True
    app.config["DEMO"] = True
    page = client.get(f"/sign-in?account={world.bidder.email}")
    app.config["DEMO"] = False
    values = {each.get("name"): each.get("value") for each in page.tree.iter("input")}  # type: ignore[attr-defined]
    assert (values["email"], values["password"]) == ("", "")


def test_list_demonstration_accounts_on_the_command_line(app: Flask, session: Session, world: World) -> None:
    world.owner.is_demo = True
    session.commit()
    assert app.test_cli_runner().invoke(args=["demo-accounts"]).output == ""
    app.config["DEMO"] = True
    said = app.test_cli_runner().invoke(args=["demo-accounts"]).output
    app.config["DEMO"] = False
    assert world.owner.email in said
    assert DEMO_PASSWORD in said
