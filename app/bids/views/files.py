"""The files of a bid: put in and taken out by the bidder, given to whoever may read the bid."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.bids import content, services
from app.bids.blind.passages import Passage, read_passages
from app.bids.documents import rule_of
from app.bids.eligibility import check_bid
from app.bids.forms.checking import FilesForm
from app.bids.forms.sections import FILES, section_of
from app.bids.views.links import listed_files
from app.bids.views.site import blueprint, crumbs, found, own, seen, tabs
from app.core.errors import Refusal, RuleBroken
from app.core.i18n import _, _l
from app.models.bids import Bid, BidFile
from app.models.procedure_codes import BidSlot
from app.web.access import requires, signed_in, writes, writes_on_get
from app.web.attachments import check_open, send, take_in
from app.web.context import actor, db, now
from app.web.context import files as store
from app.web.previews import send_page, viewer


@blueprint.get("/bids/<uuid:bid_id>/files")
@requires(Permission.BID_EDIT)
def files(bid_id: UUID) -> ResponseReturnValue:
    """The slots with their files, and a place to add more."""
    bid = own(bid_id)
    if refusal := services.why_fixed(bid, by=actor(), now=now()):
        flash(refusal.wording, "warning")
        return redirect(url_for("bids.show", bid_id=bid.id))
    return _page(bid, FilesForm(), 200)


@blueprint.post("/bids/<uuid:bid_id>/files/<slot>")
@requires(Permission.BID_EDIT)
@writes
def add_files(bid_id: UUID, slot: str) -> ResponseReturnValue:
    """Put uploads into a slot: all of them, or with a reason none."""
    bid = own(bid_id)
    chosen = found(next((each for each in BidSlot if each.value == slot), None))
    form = FilesForm()
    field = form[f"file_{chosen.value}"]
    if form.row_command():
        return _page(bid, form, 200)
    if field.validate(form) and not field.files:
        form.add_refusals([Refusal("no_file", _l("Choose a file first."), field.name)])
    try:
        for upload in [] if field.errors else field.files:
            saved = take_in(upload, field=field.name)
            passages = _passages(chosen, saved)
            services.add_file(db(), bid, slot=chosen, saved=saved, by=actor(), now=now(), passages=passages)
    except RuleBroken as error:
        form.add_refusals(Refusal(each.code, each.wording, field.name) for each in error.refusals)
    if field.errors:
        db().rollback()
        return _page(own(bid_id), form, 422)
    flash(_("File added: %(slot)s", slot=chosen.label), "success")
    return redirect(url_for("bids.files", bid_id=bid.id, _anchor=f"slot-{chosen.value}"))


@blueprint.post("/bids/<uuid:bid_id>/files/<uuid:file_id>/remove")
@requires(Permission.BID_EDIT)
@writes
def remove_file(bid_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """Take a file out of the draft. Its bytes stay while a sealed version holds them."""
    bid = own(bid_id)
    services.remove_file(db(), bid, file_id, by=actor(), now=now())
    flash(_("File removed."), "success")
    return redirect(url_for("bids.files", bid_id=bid.id))


@blueprint.get("/bids/<uuid:bid_id>/files/<uuid:file_id>")
@signed_in
@writes_on_get
def download(bid_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file of the bid; a reading by others than the bidder's own people is recorded."""
    return send(_readable(bid_id, file_id))


@blueprint.get("/bids/<uuid:bid_id>/files/<uuid:file_id>/view")
@signed_in
@writes_on_get
def view_file(bid_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A page that shows a picture or one page of a PDF of the bid; recorded like a download."""
    return viewer(
        _readable(bid_id, file_id),
        page_url=lambda number: url_for("bids.file_page", bid_id=bid_id, file_id=file_id, number=number),
        view_url=lambda number: url_for("bids.view_file", bid_id=bid_id, file_id=file_id, page=number),
        download_url=url_for("bids.download", bid_id=bid_id, file_id=file_id),
    )


@blueprint.get("/bids/<uuid:bid_id>/files/<uuid:file_id>/pages/<int:number>.png")
@signed_in
@writes_on_get
def file_page(bid_id: UUID, file_id: UUID, number: int) -> ResponseReturnValue:
    """One page as a picture, for whoever may download the file; recorded in the same way, and stored nowhere."""
    return send_page(_readable(bid_id, file_id), number)


def _readable(bid_id: UUID, file_id: UUID) -> BidFile:
    """The file for this reader, who is recorded unless it is the bidder; not while the scanner has not cleared it."""
    bid = seen(bid_id)
    row = content.file(db(), bid, file_id, by=actor(), now=now())
    check_open(row, is_own=content.is_own(bid, actor()))
    return row


def _passages(slot: BidSlot, saved: dict[str, Any]) -> list[Passage] | None:
    """The texts of a blind copy, which is searched for names whenever the bid is checked."""
    if slot is not BidSlot.BLIND:
        return None
    return read_passages(store().path(saved["storage_name"]), saved["media_type"])


def _page(bid: Bid, form: FilesForm, status: int) -> ResponseReturnValue:
    held = content.files(db(), bid, by=actor())
    shown = dict(zip([row.id for row in held], listed_files(bid, held), strict=True))
    refusals = check_bid(db(), bid, now=now(), with_rivals=False)
    if request.method == "GET" and request.args.get("check"):
        form.add_refusals(each for each in refusals if section_of(each.field) == FILES)
    needed = {each.field for each in refusals if each.code == "file_missing"}
    blind = [each for each in refusals if each.code.startswith("blind_")]
    slots = [
        {
            "code": slot.value,
            "label": slot.label,
            "field": form[f"file_{slot.value}"],
            "files": [(row.id, shown[row.id]) for row in held if row.slot is slot],
            "is_needed": f"file_{slot.value}" in needed,
            "rule": rule_of(slot),
            "findings": blind if slot is BidSlot.BLIND else [],
        }
        for slot in BidSlot
        if slot not in services.unused_slots(bid.demand) or any(row.slot is slot for row in held)
    ]
    return (
        render_template(
            "bids/files.html",
            bid=bid,
            form=form,
            slots=slots,
            tabs=tabs(bid, refusals, FILES),
            crumbs=crumbs(bid, (_l("Files"), None)),
        ),
        status,
    )
