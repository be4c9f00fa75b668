"""Demands and listings (需求与榜单): written, checked for fairness, recommended, published, corrected, asked about, and
listed again when they end without an award."""

from flask import Flask

from app.access import Permission as P
from app.core.i18n import _l
from app.demands import content, fairness, files, intents, publication, reminders
from app.demands.importing import kinds
from app.demands.labels import CELLS, LABELS
from app.demands.views import blueprint
from app.demands.views.commands import register_commands
from app.demands.views.fairness import init_fairness
from app.demands.views.recommending import init_letters
from app.demands.views.sections import field_url
from app.demands.views.showing import standing
from app.documents.imports import register_importer
from app.web.attachments import register_reader
from app.web.navigation import add_desk_item
from app.web.timeline import DONE
from app.workflow import DEMAND, listen
from app.workflow.ticking import register_job

WORDING = {
    "demand.create": _l("Draft begun"),
    "demand.edit": _l("Draft saved"),
    "demand.import": _l("Draft brought in from a sheet"),
    "demand.answer_findings": _l("Findings of the fairness check answered"),
    "demand.attach_files": _l("Files added"),
    "demand.remove_file": _l("File taken off"),
    "demand.schedule": _l("Publication scheduled"),
    "demand.correct": _l("Correction published"),
    "demand.request_withdrawal": _l("Withdrawal asked for by the owner"),
    "demand.note_withdrawal": _l("Request for withdrawal noted by the supervisor"),
    "demand.relist": _l("Listed again"),
    "demand.leave_ended": _l("Not to be listed again"),
    "question.ask": _l("Question asked"),
    "question.answer": _l("Question answered"),
    "site_visit.plan": _l("Site visit announced"),
    "site_visit.cancel": _l("Site visit called off"),
    "site_visit.minute": _l("Minutes of a site visit published"),
    "site_visit.join": _l("Signed up for a site visit"),
    "site_visit.leave": _l("Place on a site visit given back"),
    "intent.register": _l("Intent registered"),
    "intent.confirm": _l("Intent confirmed by the owner"),
    "intent.decline": _l("Intent declined by the owner"),
    "intent.withdraw": _l("Intent withdrawn by the bidder"),
    "intent.sign": _l("Intent agreement signed"),
    "demand.change_restricted": _l("Restricted part corrected: read what changed"),
    "demand.remind_questions": _l("Questions still wait for an answer, and bidding closes soon"),
    "demand.remind_choice": _l("Choose soon how the listing without award goes on"),
    "restricted_pledge.sign": _l("Pledge for the restricted part signed"),
}
GROUP = _l("Demands and listings")


def init_app(app: Flask) -> None:
    """Register pages, readers, listeners, wording and what templates of other stages use."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        demand_shown=content.shown,
        demand_target=content.target_text,
        demand_public_data=content.public_data_rows,
        demand_labels=LABELS,
        demand_cells=CELLS,
        demand_standing=standing,
        demand_field_url=field_url,
        demand_findings=fairness.WORDING,
    )
    init_fairness(app)
    init_letters(app)
    init_fairness(app)
    register_reader("demand", files.may_read)
    register_reader("intent", intents.may_read_scan)
    register_job(reminders.remind)
    listen(DEMAND, "publish", publication.write_first_edition)
    listen(DEMAND, "publish_on_time", publication.write_first_edition)
    listen(DEMAND, "send_back", publication.forget_schedule)
    DONE.update(WORDING)
    for importer in (kinds.SUMMARY, kinds.FORM):
        register_importer(importer)
    register_commands()
    add_desk_item(GROUP, _l("Our demands"), "demands.mine", P.DEMAND_CREATE, order=20)
    add_desk_item(GROUP, _l("Import demands"), "demands.import_sheet", P.DEMAND_IMPORT, order=21)
    add_desk_item(GROUP, _l("Demands to recommend"), "demands.recommendations", P.DEMAND_RECOMMEND, order=21)
    add_desk_item(
        GROUP, _l("All demands and listings"), "demands.office", P.DEMAND_CONDUCT, P.EVENT_READ, order=22
    )
