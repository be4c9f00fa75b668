"""A test client that reads every page as strictly as no browser does, and fills forms in as a browser does."""

import hashlib
import os
import re
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models.accounts import Organisation, User
from app.web.context import ACTING_FOR_KEY, SIGNED_IN_KEY

NOT_SENT = {"submit", "button", "reset", "image", "file"}
ROW_FIELD = re.compile(r"\w+-\d+-\w+|add_row|remove_row")


class FaultyPage(AssertionError):
    """A page that breaks a rule every page keeps."""


def parse(html: str) -> Element:
    """The page as a tree without namespaces. Raises FaultyPage for anything HTML5 does not allow."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(html)
    if parser.errors:
        lines = html.splitlines()
        said = [
            f"line {line}: {code} {data or ''}: {lines[line - 1].strip()[:160] if line <= len(lines) else ''}"
            for (line, _column), code, data in parser.errors[:5]
        ]
        raise FaultyPage("not well-formed HTML\n" + "\n".join(said))
    return tree


def text_of(element: Element) -> str:
    """What one reads in the element, with single blanks."""
    return " ".join("".join(element.itertext()).split())


def faults(tree: Element) -> list[str]:
    """Every broken rule of the page."""
    found = []
    title = tree.find("head/title")
    if title is None or not text_of(title):
        found.append("no title")
    if not tree.get("lang"):
        found.append("no language")
    headings = tree.findall(".//h1")
    if len(headings) != 1 or not text_of(headings[0]):
        found.append(f"{len(headings)} h1 (or an empty one) instead of one")
    ids = [each.get("id") for each in tree.iter() if each.get("id") is not None]
    found += [f"id {each!r} occurs more than once" for each in sorted({i for i in ids if ids.count(i) > 1})]
    for each in tree.iter():
        found += _faults_of(each, set(ids))
    return found


def _faults_of(each: Element, ids: set[str | None]) -> list[str]:
    found = []
    if each.tag == "style" or each.get("style") is not None:
        found.append(f"inline style at <{each.tag}>")
    if each.tag == "script" and not each.get("src"):
        found.append("inline script")
    found += [f"inline handler {name} at <{each.tag}>" for name in each.attrib if name.startswith("on")]
    target = each.get("href") or ""
    if target.lower().startswith("javascript:"):
        found.append("a javascript: address")
    if target.startswith("#") and target[1:] not in ids:
        found.append(f"a link to {target!r}, which is not on the page")
    if each.tag == "label" and each.get("for") is not None and each.get("for") not in ids:
        found.append(f"a label for {each.get('for')!r}, which is not on the page")
    if each.tag == "img" and each.get("alt") is None:
        found.append(f"an image without alt: {each.get('src')}")
    if each.tag == "form" and (each.get("method") or "get").lower() == "post" and not _token_in(each):
        found.append(f"a POST form without a token: {each.get('action')}")
    return found


def _token_in(element: Element) -> str | None:
    return next(
        (each.get("value") for each in element.iter("input") if each.get("name") == "csrf_token"), None
    )


class FussyClient(FlaskClient):
    """Checks every HTML answer, and gives it a `tree`. `beside` is the test's own session: it is committed before
    each request, and what it knows is read anew after it."""

    beside: Session | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; an HTML answer is parsed and checked."""
        if self.beside is not None:
            self.beside.commit()
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.status_code not in (301, 302, 303, 307, 308):
            answer.tree = parse(answer.get_data(as_text=True))  # type: ignore[attr-defined]
            said = faults(answer.tree)  # type: ignore[attr-defined]
            if said:
                raise FaultyPage(f"{answer.request.path}: " + "; ".join(said))
        return answer

    def sign_in(self, person: User) -> "FussyClient":
        """Sign the person in, as the sign-in page does."""
        with self.session_transaction() as kept:
            kept.clear()
            kept[SIGNED_IN_KEY] = f"{person.id}:{person.session_version}"
            kept.permanent = True
        return self

    def sign_out(self) -> "FussyClient":
        """Forget who was signed in."""
        with self.session_transaction() as kept:
            kept.clear()
        return self

    def acting_for(self, organisation: Organisation | UUID) -> "FussyClient":
        """Act for one of the person's organisations."""
        found = organisation if isinstance(organisation, UUID) else organisation.id
        with self.session_transaction() as kept:
            kept[ACTING_FOR_KEY] = str(found)
        return self

    def token(self) -> str:
        """A token that the site takes, for addresses that have no page to read it from."""
        with self.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw)

    def submit(
        self,
        url: str,
        data: dict[str, Any] | None = None,
        *,
        page: str | None = None,
        exact: bool = False,
        **kwargs: Any,
    ) -> TestResponse:
        """Send the form of a page as a browser would: what stands in it, with `data` typed over it, and its token.

        The form is read from `page` (by default from the address itself). A name in `data` that the form does not
        have is a fault, except in rows. `None` leaves a field out, as an unticked box. `exact` sends `data` and a
        token alone, for addresses that only take POST."""
        typed = dict(data or {})
        if exact:
            sent: dict[str, Any] = {"csrf_token": self.token()}
        else:
            answer = self.get(page or url)
            assert answer.status_code == 200, f"{page or url} answers {answer.status_code}"
            sent = filled(form_of(answer.tree, url))  # type: ignore[attr-defined]
            known = names_of(form_of(answer.tree, url))  # type: ignore[attr-defined]
            unknown = [name for name in typed if name not in known and not ROW_FIELD.fullmatch(name)]
            assert not unknown, f"the form has no fields {unknown}; it has {sorted(known)}"
        sent.update(typed)
        return self.post(url, data={k: v for k, v in sent.items() if v is not None}, **kwargs)


def form_of(tree: Element, url: str) -> Element:
    """The POST form that leads to the address, or the only one of the main part without an action."""
    forms = [each for each in tree.iter("form") if (each.get("method") or "").lower() == "post"]
    path = url.partition("?")[0]
    main = tree.find(".//main")
    own = [each for each in main.iter("form") if each in forms] if main is not None else []
    for each in [*own, *forms]:
        if (each.get("action") or "").partition("?")[0] == path:
            return each
    bare = [each for each in own if not each.get("action")]
    assert bare, f"no form for {url}: {[each.get('action') for each in forms]}"
    return bare[0]


def names_of(form: Element) -> set[str]:
    """The names of the form's fields."""
    return {str(each.get("name")) for each in form.iter() if each.get("name")}


def filled(form: Element) -> dict[str, Any]:
    """What a browser would send of the form as it stands, buttons and files left out."""
    sent: dict[str, Any] = {}
    for each in form.iter():
        name = each.get("name")
        if not name or each.get("disabled") is not None:
            continue
        for value in _values_of(each):
            sent.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def _values_of(each: Element) -> list[str]:
    if each.tag == "textarea":
        return [(each.text or "").removeprefix("\n")]
    if each.tag == "select":
        options = list(each.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and each.get("multiple") is None:
            chosen = options[:1]
        return [option.get("value", text_of(option)) for option in chosen]
    if each.tag != "input" or each.get("type") in NOT_SENT:
        return []
    if each.get("type") in ("checkbox", "radio"):
        return [each.get("value", "on")] if each.get("checked") is not None else []
    return [each.get("value", "")]
