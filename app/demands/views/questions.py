"""Questions and answers: asking, answering several at once, reading and printing them all."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import Permission
from app.core.i18n import _
from app.demands import queries, services
from app.demands.forms.small import AnswerForm, QuestionForm, SearchForm
from app.demands.questions import question_cutoff, threads
from app.demands.views import blueprint
from app.demands.views.filling import back_to, filled_in, load_demand, part_of
from app.demands.views.showing import standing
from app.models.demands import Demand, Question
from app.web.access import public, requires, writes
from app.web.actions import may
from app.web.context import actor, db, now
from app.web.loading import load

P = Permission


@blueprint.get("/demands/<uuid:demand_id>/questions")
@public
def questions(demand_id: UUID) -> ResponseReturnValue:
    """All questions and answers of a listing, searched, and laid out for paper."""
    demand = load(db(), queries.visible_to(actor()), demand_id)
    form = SearchForm(request.args)
    return render_template(
        "demands/questions.html",
        demand=demand,
        form=form,
        found=threads(demand.questions, form.chosen().get("q", "")),
        standing=standing(demand),
        cutoff=question_cutoff(demand),
        may=may,
    )


@blueprint.route("/demands/<uuid:demand_id>/ask", methods=["GET", "POST"])
@requires(P.QUESTION_ASK)
@writes
def ask(demand_id: UUID) -> ResponseReturnValue:
    """Ask a question; `follows` in the address names the one it goes on from."""
    demand = load_demand(demand_id)
    form, follows = QuestionForm(), _followed(demand)

    def act() -> None:
        services.ask_question(
            db(),
            demand,
            text=form.text.data,
            is_sure=form.is_sure.data,
            follows=follows,
            by=actor(),
            now=now(),
        )

    return filled_in(
        demand,
        form,
        "demands/ask.html",
        act,
        done=_("Your question is with the demand owner; the answer goes to everyone."),
        anchor="questions",
        cutoff=question_cutoff(demand),
        follows=follows,
    )


@blueprint.route("/demands/<uuid:demand_id>/questions/<uuid:question_id>/answer", methods=["GET", "POST"])
@requires(P.QUESTION_ANSWER)
@writes
def answer(demand_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Answer a question to everyone, and with it any other open one that asks the same."""
    demand = load_demand(demand_id)
    question = part_of(demand, Question, question_id)
    form = AnswerForm.of(demand, question)

    def act() -> None:
        services.answer_question(
            db(),
            question,
            answer=form.answer.data,
            also=[part_of(demand, Question, each) for each in form.chosen()],
            is_correction_due=form.is_correction_due.data,
            by=actor(),
            now=now(),
        )

    return filled_in(
        demand,
        form,
        "demands/answer.html",
        act,
        done=_("The answer is published."),
        to=_after_answer(demand, form),
        question=question,
    )


def _after_answer(demand: Demand, form: AnswerForm) -> str:
    """An answer that changes the listing leads to the correction."""
    page = back_to(demand, "questions")
    return f"{back_to(demand)}/correct" if form.is_correction_due.data else page


def _followed(demand: Demand) -> Question | None:
    """The question that the new one goes on from; an address that names none of this listing asks afresh."""
    sent = request.args.get("follows", "")
    return next((each for each in demand.questions if str(each.id) == sent), None)
