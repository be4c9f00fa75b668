"""Where each thing's page is and where each of its actions is done; and the page that confirms and does a plain one.

A stage registers its things here once. Buttons, the home page, messages and the plain action pages are all made from
that registration and the workflow table, so that an action cannot exist without a way to do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from werkzeug.exceptions import NotFound

from app.access import Actor, Permission, can
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import Lazy
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.reasons import ReasonForm
from app.workflow import WORKFLOWS, Offer, Transition, Workflow, move, offered, workflow_of

VisibleTo = Callable[[Actor], Select[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kind of thing lives on the site.

    `show` is the endpoint of its page. `plain` actions are confirmed and done by the shared page; `pages` gives an
    endpoint to those that need a form. `shown_as` turns a thing into the one whose page shows it (a milestone into its
    contract); `title` is what lists call it; `consequences` says what follows, before a plain action is confirmed."""

    workflow: Workflow
    show: str
    visible_to: VisibleTo
    title: Callable[[Any], str]
    plain: frozenset[str] = frozenset()
    pages: Mapping[str, str] = field(default_factory=dict)
    plain_endpoint: str = ""
    shown_as: Callable[[Any], Any] = lambda thing: thing
    consequences: Mapping[str, Sequence[Lazy]] = field(default_factory=dict)


PLACES: dict[str, Place] = {}


@dataclass(frozen=True, slots=True)
class Button:
    """An action as a button: where it leads, or why it cannot be done now."""

    action: str
    label: Lazy
    url: str
    style: str
    refusal: Refusal | None


def register_place(
    blueprint: Blueprint,
    workflow: Workflow,
    *,
    show: str,
    visible_to: VisibleTo,
    title: Callable[[Any], str],
    plain: set[str] | frozenset[str] = frozenset(),
    pages: Mapping[str, str] | None = None,
    shown_as: Callable[[Any], Any] = lambda thing: thing,
    consequences: Mapping[str, Sequence[Lazy]] | None = None,
) -> None:
    """Register a kind of thing and, on the blueprint, the page for its plain actions.

    Endpoints in `show` and `pages` take one argument named `<table>_id`, as in `demand_id`."""
    unknown = (set(plain) | set(pages or {})) - set(workflow.by_action)
    if unknown:
        raise KeyError(f"{workflow.name} has no actions {sorted(unknown)}")
    endpoint = f"do_{workflow.name}"
    # A second application of this process finds the page on the blueprint already.
    is_new = workflow.name not in PLACES
    PLACES[workflow.name] = Place(
        workflow=workflow,
        show=show,
        visible_to=visible_to,
        title=title,
        plain=frozenset(plain),
        pages=pages or {},
        plain_endpoint=f"{blueprint.name}.{endpoint}",
        shown_as=shown_as,
        consequences=consequences or {},
    )
    if plain and is_new:
        held = {each.permission for each in workflow.transitions if each.action in plain and each.permission}
        view = requires(*sorted(held))(writes(_plain_view(workflow)))
        rule = f"/{workflow.name}/<uuid:thing_id>/do/<action>"
        blueprint.add_url_rule(rule, endpoint, view, methods=["GET", "POST"])


def page_of(thing: Any) -> str:
    """The address of the page that shows the thing."""
    place = PLACES[workflow_of(thing).name]
    shown = place.shown_as(thing)
    return url_for(place.show, **{f"{type(shown).__tablename__}_id": shown.id})


def buttons(thing: Any) -> list[Button]:
    """What the actor may do to the thing now, as buttons. Actions whose page this site does not have are left out."""
    offers = offered(thing, actor(), now())
    known = current_app.view_functions
    return [_button(thing, offer) for offer in offers if _endpoint(thing, offer.action) in known]


def button(label: Lazy, url: str, *, style: str = "secondary", refusal: Refusal | None = None) -> Button:
    """A button for something that moves no state (an edit, a question), beside those of the workflow."""
    return Button("", label, url, style, refusal)


def may(permission: Permission, thing: Any) -> bool:
    """Whether the actor may do this to the thing, state aside. For pages; services check again."""
    return can(actor(), permission, thing)


def action_url(thing: Any, action: str) -> str:
    """Where the action is done: its own page, or the shared page for plain ones."""
    name = workflow_of(thing).name
    if action in PLACES[name].pages:
        return url_for(_endpoint(thing, action), **{f"{name}_id": thing.id})
    return url_for(_endpoint(thing, action), thing_id=thing.id, action=action)


def _endpoint(thing: Any, action: str) -> str:
    place = PLACES[workflow_of(thing).name]
    return place.pages.get(action, place.plain_endpoint)


def unreachable() -> list[str]:
    """Actions that a person may do by the table but that no page does. A test keeps this empty."""
    return [
        f"{workflow.name}.{each.action}"
        for workflow in WORKFLOWS.values()
        for each in workflow.transitions
        if each.permission is not None and not _is_reachable(workflow, each)
    ]


def _is_reachable(workflow: Workflow, transition: Transition) -> bool:
    place = PLACES.get(workflow.name)
    return place is not None and (transition.action in place.plain or transition.action in place.pages)


def _button(thing: Any, offer: Offer) -> Button:
    each, refusal = offer.transition, offer.refusal
    if refusal is not None and refusal.field and each.action in PLACES[workflow_of(thing).name].pages:
        # What concerns a field is for the form on the action's own page to ask for; the rest still blocks the way.
        refusal = next((said for said in each.refusals(thing, now()) if not said.field), None)
    return Button(each.action, each.label, action_url(thing, each.action), each.style, refusal)


def _plain_view(workflow: Workflow) -> Callable[..., ResponseReturnValue]:
    def do(thing_id: Any, action: str) -> ResponseReturnValue:
        place = PLACES[workflow.name]
        if action not in place.plain:
            raise NotFound()
        is_post = request.method == "POST"
        thing = load(db(), place.visible_to(actor()), thing_id, lock=is_post)
        transition = workflow.by_action[action]
        form = ReasonForm()
        if is_post and form.validate():
            try:
                move(db(), thing, action, by=actor(), now=now(), reason=form.reason.data or None)
                flash(transition.done, "success")
                return redirect(page_of(thing))
            except RuleBroken as error:
                form.add_refusals(error.refusals)
        status = 422 if is_post else 200
        blocked = next((o.refusal for o in offered(thing, actor(), now()) if o.action == action), None)
        return (
            render_template(
                "actions/confirm.html",
                thing=thing,
                title=place.title(thing),
                transition=transition,
                form=form,
                blocked=blocked,
                consequences=place.consequences.get(action, ()),
                back=page_of(thing),
            ),
            status,
        )

    return do
