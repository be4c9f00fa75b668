"""The long form of a demand, a page for each section, and the list of what is still missing."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.coediting import Clash, SavedMeanwhile, clashes, fingerprint
from app.core.errors import RuleBroken
from app.core.i18n import _
from app.demands import queries, services, templates
from app.demands.completeness import progress
from app.demands.content import shown
from app.demands.drafting import check_editable
from app.demands.fairness import WORDING
from app.demands.forms.sections import SectionForm, data_of, form_of, on_form
from app.demands.labels import Section, label_of, section_of
from app.demands.views import blueprint
from app.demands.writing import WRITTEN, find_section, plain_values, saved_values
from app.models.demands import Demand
from app.web.access import requires, writes
from app.web.context import actor, db, now
from app.web.loading import load
from app.web.longform import Scratch, take_theirs, unsaved_parts
from app.workflow.unsaved import last_writer

P = Permission
CHECK = "check"


@blueprint.get("/demands/<uuid:demand_id>/edit")
@requires(P.DEMAND_EDIT)
def edit(demand_id: UUID) -> ResponseReturnValue:
    """The sections of the long form and what each still lacks."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    check_editable(db(), demand, by=actor(), now=now())
    found = progress(demand, now())
    begin = next((each.section for each in found if each.gaps), WRITTEN[0])
    return render_template(
        "demands/edit.html", demand=demand, progress=found, begin=begin, unsaved=unsaved_parts(demand)
    )


@blueprint.route("/demands/<uuid:demand_id>/sections/<code>", methods=["GET", "POST"])
@requires(P.DEMAND_EDIT)
@writes
def section(demand_id: UUID, code: str) -> ResponseReturnValue:
    """One section of the long form; a draft is saved as it is."""
    part = find_section(code)
    demand = load(db(), queries.visible_to(actor()), demand_id, lock=request.method == "POST")
    check_editable(db(), demand, by=actor(), now=now())
    scratch = Scratch(demand, code)
    if (answer := scratch.answer()) is not None:
        return answer
    form = form_of(demand, part, queries.recommending_units(db()), scratch.given)
    if request.method == "GET":
        return _page(demand, part, form, scratch)
    take_theirs(form, data_of(demand, part))
    inserted = form.insert_text()
    if inserted is not None or form.row_command():
        return _page(demand, part, form, scratch, inserted=inserted)
    return _save(demand, part, form, scratch)


def _save(demand: Demand, part: Section, form: SectionForm, scratch: Scratch) -> ResponseReturnValue:
    """Save the section; what cannot be saved is shown again with everything that was typed."""
    if not form.validate():
        return _page(demand, part, form, scratch, status=422)
    try:
        services.save_section(
            db(),
            demand,
            part.code,
            values=form.written(),
            by=actor(),
            now=now(),
            base=form.base.data,
            checks="stay" not in request.form,
        )
    except SavedMeanwhile as error:
        form.form_errors.append(error.wording)
        return _page(demand, part, form, scratch, status=409, found=_clashes(demand, part, form))
    except RuleBroken as error:
        db().rollback()
        form.add_refusals(error.refusals)
        return _page(demand, part, form, scratch, status=422)
    scratch.settle()
    flash(_("Section “%(name)s” saved.", name=part.label), "success")
    return redirect(_next(demand, part))


def _clashes(demand: Demand, part: Section, form: SectionForm) -> list[Clash]:
    """Both texts of each field that differs; the form goes on from what is saved now."""
    saved = saved_values(demand, part.code)
    found = clashes(
        str(form.base.data or ""),
        saved,
        plain_values(form.written(), demand),
        label=label_of,
        shown=lambda name, value: shown_on_form(name, value, form),
    )
    form.base.data = fingerprint(saved)
    return found


def shown_on_form(name: str, value: Any, form: SectionForm) -> str:
    """A value in the reader's language; a unit by its name in the list of the form."""
    if name == "recommender_id":
        return str(dict(form.recommender.choices).get(str(value or ""), ""))
    return shown(name, value)


def _next(demand: Demand, part: Section) -> str:
    if "stay" in request.form:
        return url_for("demands.section", demand_id=demand.id, code=part.code)
    if request.args.get("back") == CHECK:
        return url_for("demands.submit", demand_id=demand.id)
    after = WRITTEN.index(part) + 1
    if after == len(WRITTEN):
        return url_for("demands.manage_files", demand_id=demand.id)
    return url_for("demands.section", demand_id=demand.id, code=WRITTEN[after].code)


def _page(
    demand: Demand,
    part: Section,
    form: SectionForm,
    scratch: Scratch,
    *,
    status: int = 200,
    found: list[Clash] | None = None,
    inserted: str | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "demands/section.html",
        demand=demand,
        part=part,
        form=form,
        scratch=scratch,
        clashes=found or [],
        writer=last_writer(db(), demand, "edit", part.code) if found else None,
        base=fingerprint(saved_values(demand, part.code)),
        steps=steps(demand, part.code),
        gaps=next(each.gaps for each in progress(demand, now()) if each.section is part),
        findings=[row for row in demand.findings if section_of(row["field"]) is part],
        wording=WORDING,
        indicator_templates=templates.indicators_for(demand.field),
        clauses={name: templates.clauses_for(name) for name in templates.LABELS},
        inserted=inserted,
    )
    return page, status


def steps(demand: Demand, active: str) -> list[dict[str, Any]]:
    """The sections, the files and the check as `section_progress` shows them."""
    unsaved = unsaved_parts(demand)
    found = progress(demand, now())
    listed: list[dict[str, Any]] = [
        {
            "label": each.section.label,
            "url": url_for("demands.section", demand_id=demand.id, code=each.section.code),
            "active": each.section.code == active,
            "missing": len(each.gaps),
            "unsaved": each.section.code in unsaved,
        }
        for each in found
    ]
    opened = [row for row in demand.findings if not (row.get("answer") or "").strip()]
    for code, label, endpoint, missing, note in (
        ("files", _("Files of the demand"), "demands.manage_files", 0, _("optional")),
        ("findings", _("Fairness check"), "demands.findings", len(opened), _("no open question")),
        (CHECK, _("Check and submit"), "demands.submit", sum(each["missing"] for each in listed), None),
    ):
        url = url_for(endpoint, demand_id=demand.id)
        listed.append(
            {"label": label, "url": url, "active": code == active, "missing": missing, "note": note}
        )
    return listed


def field_url(demand: Demand, path: str, *, back: str | None = None) -> str:
    """Where a field is written: its section's page, at the field. A cell leads to its list of rows."""
    name = path.partition(".")[0]
    code = section_of(path).code
    return url_for("demands.section", demand_id=demand.id, code=code, back=back, _anchor=on_form(name))
