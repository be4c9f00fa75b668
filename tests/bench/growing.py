"""Make a large site out of the demonstration: its demands with all that hangs on them, many times over.

Works on the rows as SQLite keeps them. A copy gets identifiers, numbers and a title of its own and goes to copies of
the units and rounds it names. Reviews in detail (panels, sheets, points) and inboxes are not multiplied."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import String, Table, UniqueConstraint

from app.models import Base

# What hangs on any kind of thing comes after all of them.
TABLES = {
    table.name: table for table in sorted(Base.metadata.sorted_tables, key=lambda each: "thing_id" in each.c)
}
LEFT_OUT = frozenset({"message", "panel", "assignment", "sheet", "score", "conflict", "opening_approval"})
# Of a hundred demands: a site that has run for years has most of them behind it.
SHARES = {
    "draft": 2,
    "returned": 1,
    "submitted": 2,
    "vetting": 2,
    "approved": 1,
    "open": 8,
    "closed": 1,
    "screening": 2,
    "reviewing": 2,
    "recommended": 1,
    "in_notice": 1,
    "awarded": 12,
    "completed": 33,
    "no_award": 24,
    "not_recommended": 2,
    "rejected": 2,
    "merged": 1,
    "withdrawn": 3,
}
DEMANDS_PER_ROUND = 400
MOST_ROUNDS = 90
OWN_ROUNDS = 10
"""Every so many copies of a round are run by the unit that runs the original."""
DEMANDS_PER_UNIT = 15
BATCH = 20_000
SEED = 20261122
DASHED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Four characters that name one thing of 400: what a selective search looks for.
FIRST = "松柏桐梓榆槐楠桂樟枫茶棠榴桑枣梅杏梨桃李"
SECOND = "岭岗坪坡湾港洲滩塘堰桥渡寨堡铺驿坊园庄集"
DRAFT_BID = {
    "state": "draft",
    "submitted_at": None,
    "sealed_version": 0,
    "number": None,
}
DRAFT_VERSION = dict.fromkeys(("sealed_at", "closes_at", "nonce", "commitment", "receipt_number"))

Row = dict[str, Any]
Names = dict[Any, Any]


@dataclass
class Tree:
    """A thing and all that hangs on it, by table, with the identifiers that a copy has of its own."""

    root: Row
    rows: dict[str, list[Row]]
    own: set[str]
    documents: dict[str, set[str]] = field(default_factory=dict)


class Sink:
    """Collects rows and writes them in batches."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._waiting: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, table: str, row: Row) -> None:
        """Take one row."""
        waiting = self._waiting[table]
        waiting.append(tuple(row.values()))
        if len(waiting) >= BATCH:
            self._write(table)

    def flush(self) -> None:
        """Write what waits."""
        for table in list(self._waiting):
            self._write(table)

    def _write(self, table: str) -> None:
        rows = self._waiting.pop(table)
        marks = ",".join("?" * len(rows[0]))
        self._db.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)


class Growth:
    """One growing of a demonstration to `size` demands; the rows are written through `sink`."""

    def __init__(self, db: sqlite3.Connection, bidder_unit: str) -> None:
        self.db = db
        self.sink = Sink(db)
        self.random = random.Random(SEED)
        self.serial = count(10_000)
        self.bidder_unit = bidder_unit
        self.rows = {name: self._read(name) for name in TABLES}
        self.trees = [self._tree("demand", each) for each in self.rows["demand"]]

    def grow(self, size: int) -> None:
        """Bring the number of demands to `size`."""
        missing = max(0, size - len(self.trees))
        units = self._units(1 + missing // DEMANDS_PER_UNIT)
        rounds = self._rounds(missing, units)
        chosen = self.random.choices(self.trees, weights=self._weights(), k=missing)
        for number, tree in enumerate(chosen):
            self._copy_demand(tree, number, units, rounds)
        self.sink.flush()
        self.db.commit()

    def _read(self, table: str) -> list[Row]:
        cursor = self.db.execute(f'SELECT * FROM "{table}"')
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor]

    def _tree(self, table: str, root: Row, *, only: Iterable[str] | None = None) -> Tree:
        own, rows = {root["id"]}, {table: [root]}
        for name in TABLES if only is None else only:
            if name == table or name in LEFT_OUT:
                continue
            found = [row for row in self.rows[name] if _hangs_on(TABLES[name], row, own, set(rows))]
            if found:
                rows[name] = found
                own |= {row["id"] for row in found if "id" in row}
        tree = Tree(root, rows, own)
        tree.documents = {name: _naming_columns(name, found, own) for name, found in rows.items()}
        return tree

    def _weights(self) -> list[float]:
        number: dict[str, int] = defaultdict(int)
        for tree in self.trees:
            number[tree.root["state"]] += 1
        return [SHARES[tree.root["state"]] / number[tree.root["state"]] for tree in self.trees]

    def _units(self, number: int) -> dict[str, list[Names]]:
        """For each unit the names that its copies go by; the unit itself is the first of them."""
        pools: dict[str, list[Names]] = {each["id"]: [{}] for each in self.rows["organisation"]}
        people = {each["id"]: each for each in self.rows["user"]}
        trees = []
        for unit in self.rows["organisation"]:
            tree = self._tree("organisation", unit, only=["membership", "event"])
            members = dict.fromkeys(row["user_id"] for row in tree.rows.get("membership", []))
            tree.rows["user"] = [people[each] for each in members]
            tree.own |= {row["id"] for row in tree.rows["user"]}
            trees.append(tree)
        for serial in range(number):
            tree = trees[serial % len(trees)]
            name = tree.root["name"]
            names = {name: f"{name.removesuffix('（演示）')}第{serial}分部（演示）"}
            names[tree.root["uscc"]] = f"91{serial:016d}"
            pools[tree.root["id"]].append(self._copy(tree, names))
        return pools

    def _rounds(self, demands: int, units: dict[str, list[Names]]) -> dict[str, list[Names]]:
        pools: dict[str, list[Names]] = {each["id"]: [{}] for each in self.rows["round"]}
        parts, numbers = ["round_officer", "rubric", "criterion", "event"], count(100)
        for serial in range(min(MOST_ROUNDS, demands // DEMANDS_PER_ROUND)):
            for each in self.rows["round"]:
                tree = self._tree("round", each, only=parts)
                organiser = units[each["organiser_id"]]
                names = dict(organiser[0 if serial % OWN_ROUNDS == 0 else serial % len(organiser)])
                number = next(numbers)
                names[each["number"]] = f"HB-{each['year']}-{number}"
                tree.rows["round"] = [each | {"serial": number}]
                pools[each["id"]].append(self._copy(tree, names))
        return pools

    def _copy_demand(
        self, tree: Tree, number: int, units: dict[str, list[Names]], rounds: dict[str, list[Names]]
    ) -> None:
        demand = tree.root
        names: Names = dict(self.random.choice(rounds[demand["round_id"]]))
        parties = {row["lead_id"] for row in tree.rows.get("bid", [])} | {demand["owner_id"]}
        for unit in sorted(parties):
            names |= self.random.choice(units[unit])
        word = FIRST[number % 20] + SECOND[number // 20 % 20]
        names[demand["title"]] = f"{demand['title']}（{word}{word[::-1]}）"
        if demand["number"]:
            round_number, field_code, _serial = demand["number"].rsplit("-", 2)
            names[demand["number"]] = (
                f"{names.get(round_number, round_number)}-{field_code}-{next(self.serial)}"
            )
        for notice in tree.rows.get("notice", []):
            old = notice["number"]
            if old:
                round_number = old.rsplit("-", 1)[0]
                names[old] = f"{names.get(round_number, round_number)}-N{next(self.serial)}"
        is_drafting = demand["state"] == "open" and bool(tree.rows.get("bid"))
        self._copy(self._with_draft(tree, names) if is_drafting else tree, names)

    def _with_draft(self, tree: Tree, names: Names) -> Tree:
        """The tree with its first bid still a draft, of the unit whose account the benchmark uses."""
        first = next(
            (row for row in tree.rows["bid"] if row["lead_id"] == self.bidder_unit), tree.rows["bid"][0]
        )
        author = next(
            row["user_id"] for row in self.rows["membership"] if row["organisation_id"] == self.bidder_unit
        )
        unit = next(row for row in self.rows["organisation"] if row["id"] == self.bidder_unit)
        rows = {name: list(found) for name, found in tree.rows.items()}
        # Only the one: another bid of the demand might be the same unit's.
        keeps = {first["id"]}
        dropped = {row["id"] for row in rows["bid"]} - keeps
        rows["bid"] = [first | DRAFT_BID | {"lead_id": self.bidder_unit, "author_id": author}]
        versions = [row for row in rows["bid_version"] if row["bid_id"] in keeps]
        rows["bid_version"] = [
            row | DRAFT_VERSION | {"author_id": author, "number": 1} for row in versions[-1:]
        ]
        kept = {row["id"] for row in rows["bid_version"]}
        rows["bid_file"] = [row for row in rows.get("bid_file", []) if row["version_id"] in kept]
        lead = {"uscc": unit["uscc"], "name": unit["name"]}
        parties = [row for row in rows.get("bid_party", []) if row["bid_id"] in keeps]
        rows["bid_party"] = [row | (lead if row["role"] == "lead" else {}) for row in parties]
        rows["event"] = [row for row in rows.get("event", []) if row["thing_id"] not in dropped]
        for old in (self.bidder_unit, author, unit["uscc"], unit["name"]):
            names.pop(old, None)
        return Tree(tree.root, rows, tree.own, tree.documents)

    def _copy(self, tree: Tree, names: Names) -> Names:
        """Write a copy of the tree. `names` says what is called otherwise; the new identifiers are added to it."""
        serial = next(self.serial)
        for old in tree.own:
            names[old] = f"{self.random.getrandbits(128):032x}"
        for table, rows in tree.rows.items():
            unique = _unique_texts(TABLES[table])
            documents = tree.documents.get(table, set())
            for row in rows:
                self.sink.add(table, self._renamed(row, names, serial, unique, documents))
        return names

    def _renamed(
        self, row: Row, names: Names, serial: int, unique: frozenset[str], documents: set[str]
    ) -> Row:
        fresh = {
            key: names.get(value, value) if isinstance(value, str) else value for key, value in row.items()
        }
        for key in unique:
            if fresh[key] is not None and fresh[key] == row[key]:
                fresh[key] = _unlike(fresh[key], names, serial)
        for key in documents:
            if row[key]:
                fresh[key] = DASHED.sub(lambda found: _dashed(names, found[0]), row[key])
        if "seq" in fresh:
            fresh["seq"] = None
        if fresh.get("published_at") and "closes_at" in fresh:
            fresh["published_at"] = self._some_minutes_earlier(fresh["published_at"])
        return fresh

    def _some_minutes_earlier(self, moment: str) -> str:
        day, clock = moment[:11], moment[16:]
        hour = self.random.randrange(1 + int(moment[11:13]))
        return f"{day}{hour:02d}:{self.random.randrange(int(moment[14:16]) + 1):02d}{clock}"


def _hangs_on(table: Table, row: Row, own: set[str], within: set[str]) -> bool:
    if "thing_id" in row:
        return row["thing_id"] in own
    return any(
        row[key.parent.name] in own and key.column.table.name in within
        for key in table.foreign_keys
        if key.column.table.name != table.name
    )


def _naming_columns(table: str, rows: list[Row], own: set[str]) -> set[str]:
    """The columns whose texts name identifiers of the tree."""
    return {
        key
        for row in rows
        for key, value in row.items()
        if isinstance(value, str) and any(_hex(found) in own for found in DASHED.findall(value))
    }


@cache
def _unique_texts(table: Table) -> frozenset[str]:
    alone = {
        column.name
        for each in table.constraints
        if isinstance(each, UniqueConstraint) and len(each.columns) == 1
        for column in each.columns
    }
    alone |= {
        column.name
        for each in table.indexes
        if each.unique and len(each.columns) == 1
        for column in each.columns
    }
    return frozenset(name for name in alone if isinstance(table.c[name].type, String))


def _unlike(value: str, names: Names, serial: int) -> str:
    """A number that hangs under a renamed one follows it; anything else gets the copy's serial."""
    for old, new in names.items():
        if isinstance(old, str) and len(old) > 12 and value.startswith(f"{old}-"):
            return f"{new}{value[len(old) :]}"
    return f"{serial}-{value}"


def _dashed(names: Names, found: str) -> str:
    new = names.get(_hex(found))
    return found if new is None else str(UUID(new))


def _hex(dashed: str) -> str:
    return dashed.replace("-", "")
