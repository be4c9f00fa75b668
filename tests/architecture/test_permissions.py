"""Every permission reaches somewhere, is held by someone, and is asked for; every code list reads unambiguously."""

import re

import pytest

from app.access import ROLES, Permission
from app.access.policies import REACH
from app.models import codes, procedure_codes, states
from app.models.base import Coded, State
from app.models.procedure_codes import Role
from app.workflow import WORKFLOWS
from tests.architecture.source import python_files, whole

pytestmark = pytest.mark.lint

LISTS = [
    found
    for module in (codes, procedure_codes, states)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, Coded | State) and found not in (Coded, State)
]


def test_give_every_permission_a_reach() -> None:
    assert set(REACH) == set(Permission)


def test_give_every_role_its_permissions() -> None:
    assert set(ROLES) == set(Role)
    assert all(ROLES.values())


def test_let_someone_hold_every_permission() -> None:
    assert set().union(*ROLES.values()) == set(Permission)


def test_say_every_reach_in_one_line() -> None:
    for reach in set(REACH.values()):
        said = (reach.__doc__ or "").strip()
        assert said.endswith("."), reach
        assert "\n" not in said, reach


def test_name_permissions_alike() -> None:
    for each in Permission:
        assert re.fullmatch(r"[a-z]+:[a-z]+", each.value), each
        assert each.name == each.value.upper().replace(":", "_")


@whole
def test_ask_for_every_permission_somewhere() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in python_files("app") if path.parent.name != "access"
    )
    used = set(re.findall(r"\b(?:Permission|P)\.([A-Z_]+)", source))
    assert {each.name for each in Permission} - used == set()


@pytest.mark.parametrize("codes_of", LISTS, ids=lambda found: found.__name__)
def test_word_the_members_of_a_list_apart(codes_of: type[Coded | State]) -> None:
    labels = [str(getattr(each.label, "_args", (each.label,))[0]) for each in codes_of]
    assert len(set(labels)) == len(labels)
    assert all(label.strip() for label in labels)
    assert len({each.value for each in codes_of}) == len(labels)


def test_give_every_workflow_its_states_and_every_action_its_words() -> None:
    for workflow in WORKFLOWS.values():
        for each in workflow.transitions:
            assert str(getattr(each.label, "_args", (each.label,))[0]).strip(), each.action
            assert str(getattr(each.done, "_args", (each.done,))[0]).strip(), each.action
            assert re.fullmatch(r"[a-z_]+", each.action)
            for guard in each.guards:
                assert (guard.__doc__ or "").strip(), f"{workflow.name}.{each.action}: {guard}"
