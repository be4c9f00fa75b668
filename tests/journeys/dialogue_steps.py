"""Steps of the journeys between publication and closing: correcting in two steps, and reading in both languages."""

from typing import Any

from app.models import Demand
from app.models.records import Mail, Message
from tests.browsing import filled, form_of, text_of
from tests.journeys.walking import Walk


def previews(walk: Walk, demand: Demand, data: dict[str, Any]) -> Any:
    """The owner changes the text and looks at what that changes."""
    answer = walk.be("owner").client.submit(f"/demands/{demand.id}/correct", data)
    assert answer.status_code == 200, text_of(answer.tree.find(".//main"))
    return answer


def decides(walk: Walk, demand: Demand, page: Any, data: dict[str, Any]) -> Any:
    """The owner decides on the preview and publishes."""
    url = f"/demands/{demand.id}/correct"
    sent = filled(form_of(page.tree, url)) | {"publish": "1"} | data
    answer = walk.client.post(url, data={name: value for name, value in sent.items() if value is not None})
    walk.session.expire_all()
    return answer


def corrects(walk: Walk, demand: Demand, data: dict[str, Any], **decision: Any) -> None:
    """A correction from the text to its publication."""
    answer = decides(walk, demand, previews(walk, demand, data), decision)
    assert answer.status_code == 302, text_of(answer.tree.find(".//main"))


def refused_in_both(walk: Walk, url: str, data: dict[str, Any], zh: str, en: str, kept: str) -> None:
    """The form is refused with 422 in either language, and what was typed into the field `kept` stays."""
    for locale, sentence in (("zh_Hans_CN", zh), ("en", en)):
        walk.client.get(f"/language/{locale}")
        answer = walk.client.submit(url, data)
        assert answer.status_code == 422, answer.status_code
        assert sentence in text_of(answer.tree.find(".//main")), sentence
        assert filled(form_of(answer.tree, url.partition("?")[0]))[kept] == data[kept]
    walk.client.get("/language/zh_Hans_CN")
    walk.session.expire_all()


def told(walk: Walk, name: str) -> list[str]:
    """The kinds of message that a person of the world has got."""
    walk.session.expire_all()
    person = walk.world.people[name]
    return [row.kind for row in walk.session.query(Message).filter(Message.user_id == person.id)]


def mailed(walk: Walk) -> str:
    """All that mails and messages carry, as one text."""
    walk.session.expire_all()
    rows = [*walk.session.query(Message), *walk.session.query(Mail)]
    return "\n".join(str(row.data) for row in rows)
