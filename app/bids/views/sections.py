"""The long form of a bid, a page for each section: saved one by one, by several members of the unit."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import content, services
from app.bids.eligibility import check_bid
from app.bids.forms.sections import FILES, Section, SectionForm, find_section, next_code, section_of
from app.bids.gantt import chart
from app.bids.promises import answered
from app.bids.shape import flat, shaped
from app.bids.views.site import blueprint, crumbs, found, own, tabs
from app.core import money
from app.core.coediting import Clash, SavedMeanwhile, clashes, fingerprint
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.core.numbers import format_hundredths
from app.models.bids import Bid
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.longform import Scratch, take_theirs
from app.workflow.unsaved import last_writer


@blueprint.route("/bids/<uuid:bid_id>/sections/<code>", methods=["GET", "POST"])
@requires(Permission.BID_EDIT)
@writes
def section(bid_id: UUID, code: str) -> ResponseReturnValue:
    """One section of the bid's form; a draft is saved as it is."""
    bid = own(bid_id)
    part = found(find_section(code))
    if refusal := services.why_fixed(bid, by=actor(), now=now()):
        flash(refusal.wording, "warning")
        return redirect(url_for("bids.show", bid_id=bid.id))
    scratch = Scratch(bid, code)
    if (answer := scratch.answer()) is not None:
        return answer
    text = _saved(bid)
    base = fingerprint(flat(text, part.form.keys))
    form = part.form(data=part.form.data_of(text) | {"base": base}, **scratch.given)
    if request.method == "GET":
        return _page(bid, part, form, scratch)
    take_theirs(form, part.form.data_of(text))
    if form.row_command():
        return _page(bid, part, form, scratch)
    return _save(bid, part, form, scratch)


def _save(bid: Bid, part: Section, form: SectionForm, scratch: Scratch) -> ResponseReturnValue:
    """Keep the section; what cannot be kept is shown again with everything that was typed."""
    if not form.validate():
        return _page(bid, part, form, scratch, status=422)
    try:
        base = form.base.data or None
        services.save_part(db(), bid, part=form.part(), base=base, section=part.code, by=actor(), now=now())
    except SavedMeanwhile as error:
        db().rollback()
        form.form_errors.append(error.wording)
        return _page(own(bid.id), part, form, scratch, status=409)
    except RuleBroken as error:
        form.add_refusals(error.refusals)
        return _page(bid, part, form, scratch, status=422)
    scratch.settle()
    flash(_("Section “%(name)s” saved.", name=part.label), "success")
    return redirect(_next(bid, part))


def _next(bid: Bid, part: Section) -> str:
    code = part.code if request.form.get("stay") else next_code(part.code)
    if code == FILES:
        return url_for("bids.files", bid_id=bid.id)
    return url_for("bids.section", bid_id=bid.id, code=code)


def _page(
    bid: Bid, part: Section, form: SectionForm, scratch: Scratch, *, status: int = 200
) -> ResponseReturnValue:
    saved = _saved(bid)
    differ = _clashes(bid, part, form, saved) if status == 409 else []
    refusals = check_bid(db(), bid, now=now(), with_rivals=False)
    if request.method == "GET" and request.args.get("check"):
        form.add_refusals(each for each in refusals if section_of(each.field) == part.code)
    shown = answered(shaped(saved | form.part()), bid.demand)
    return (
        render_template(
            "bids/section.html",
            bid=bid,
            demand=bid.demand,
            form=form,
            text=shown,
            sums=content.all_sums(shown),
            codes=content.LABELS,
            gantt=chart(shown),
            lead_percent=content.lead_percent(shown),
            indicators={str(each.id): each for each in bid.demand.indicators},
            part=part,
            tabs=tabs(bid, refusals, part.code),
            crumbs=crumbs(bid, (part.label, None)),
            scratch=scratch,
            base=fingerprint(flat(saved, part.form.keys)),
            clashes=differ,
            writer=last_writer(db(), bid, "save", part.code) if differ else None,
        ),
        status,
    )


def _saved(bid: Bid) -> content.Content:
    return answered(content.read(db(), bid, by=actor(), now=now()), bid.demand)


def _clashes(bid: Bid, part: Section, form: SectionForm, saved: content.Content) -> list[Clash]:
    """Both texts of each field that differs; the form goes on from what is saved now."""
    theirs = flat(saved, part.form.keys)
    typed = flat(answered(shaped(saved | form.part()), bid.demand), part.form.keys)
    differ = clashes(
        str(form.base.data or ""),
        theirs,
        typed,
        label=lambda name: form[name].label.text,
        shown=_shown,
    )
    form.base.data = fingerprint(theirs)
    return differ


def _shown(name: str, value: Any) -> str:
    """A value of the content as a person reads it, rows one below the other."""
    if isinstance(value, list):
        return "\n".join(_shown(name, each) for each in value)
    if isinstance(value, dict):
        cells = (_shown(key, each) for key, each in value.items() if key != "indicator_id")
        return " · ".join(each for each in cells if each)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        if name.endswith("_fen"):
            return money.format_wan(value)
        return format_hundredths(value) if name.endswith("percent") else str(value)
    labels = {**content.LABELS, **{f"relation.{each.value}": each.label for each in content.Relation}}
    return str(labels.get(f"{name}.{value}", value or ""))
