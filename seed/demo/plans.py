"""Which demand takes which course, in which round, and who bids."""

from datetime import date
from typing import Any

from app.models.codes import AwardMode
from seed.demo.listing import Plan

R24, R25, R26A, R26B = "2024", "2025", "2026a", "2026b"
FIRMS = tuple(f"b{number:02d}" for number in range(1, 23))


def _firms(start: int, count: int) -> tuple[str, ...]:
    """So many firms, beginning with the n-th, without the one to sign in as unless it is the first."""
    return tuple(FIRMS[(start + step * 3) % len(FIRMS)] for step in range(count))


def _plan(key: str, round_key: str, on: date, ending: str, firms: tuple[str, ...] = (), **more: Any) -> Plan:
    known = {name: more.pop(name) for name in ("award_mode", "lanes", "window_days") if name in more}
    return Plan(key, round_key, on, bidders=firms, ending=ending, extra=more, **known)


def plans() -> list[Plan]:
    """All plans, in the order of their rounds."""
    return [*_round_2024(), *_round_2025(), *_spring_2026(), *_autumn_2026()]


def _round_2024() -> list[Plan]:
    day = date(2024, 3, 25)
    tutor_owner, wuhan = "汉口城市运行管理中心（演示）", "420100"
    return [
        _plan(
            "elder",
            R24,
            day,
            "listed",
            _firms(0, 6),
            asks=True,
            adopters=(
                ("漳河惠企服务中心（演示）", "420800", "verified"),
                ("竟陵街道综合治理中心（演示）", "429006", "verified"),
                (tutor_owner, wuhan, "adopted"),
            ),
        ),
        _plan(
            "paper",
            R24,
            day,
            "listed",
            _firms(2, 3),
            adopters=(("仙桃非织造医材有限公司（演示）", "429004", "verified"),),
        ),
        _plan(
            "tour",
            R24,
            day,
            "listed",
            _firms(16, 3),
            rectifies=True,
            asks=True,
            adopters=(("楚地文物保护研究所（演示）", "421000", "matched"),),
        ),
        _plan("beidou", R24, day, "delisted", _firms(12, 2)),
        _plan("weld", R24, date(2024, 4, 1), "suspended", _firms(3, 3), curing=(0,)),
        _plan("seal", R24, date(2024, 4, 1), "reexamined", _firms(20, 2)),
        _plan("warehouse", R24, date(2024, 4, 8), "failed", _firms(1, 2), reworked=0),
        _plan("gas", R24, date(2024, 4, 8), "no_bids"),
        _plan("publish", R24, date(2024, 4, 8), "below_line", _firms(17, 2)),
        _plan("lotus", R24, date(2024, 4, 8), "no_bids"),
        _plan("campus", R24, date(2024, 4, 15), "none_valid", _firms(5, 1)),
        _plan("crayfish", R24, date(2024, 4, 15), "declined", _firms(11, 1)),
    ]


def _round_2025() -> list[Plan]:
    day = date(2025, 3, 31)
    again = _plan("court", R25, day, "no_bids")
    third = _plan("court", R25, day, "active", _firms(9, 2), milestones=1)
    again.extra["relist"] = third
    return [
        _plan("hotline", R25, day, "active", _firms(0, 7), asks=True, milestones=2),
        _plan("triage", R25, day, "candidate", _firms(0, 3), asks=True),
        _plan("citrus", R25, day, "editing", _firms(11, 3)),
        _plan("housing", R25, day, "demo_notice", _firms(2, 3), list_on=date(2026, 11, 16)),
        _plan("bus", R25, date(2025, 4, 7), "acceptance_requested", _firms(15, 2)),
        _plan("school", R25, date(2025, 4, 7), "acceptance_review", _firms(1, 3)),
        _plan("smelt", R25, date(2025, 4, 7), "active", _firms(10, 5), milestones=2, reworked=1),
        _plan("lung", R25, date(2025, 4, 14), "upheld", _firms(13, 6), then="active", milestones=1),
        _plan("cyber", R25, date(2025, 4, 14), "terminated", _firms(14, 2), milestones=1),
        _plan(
            "car",
            R25,
            date(2025, 4, 14),
            "active",
            _firms(0, 7),
            award_mode=AwardMode.HORSE_RACE,
            lanes=2,
            milestones=2,
        ),
        _plan("trace", R25, date(2025, 4, 21), "no_bids"),
        _plan("tcm", R25, date(2025, 4, 21), "no_bids"),
        _plan("heritage", R25, date(2025, 4, 21), "below_line", _firms(16, 1)),
        _plan("court", R25, date(2025, 4, 21), "no_bids", relist=again),
        _plan("ics", R25, date(2025, 4, 28), "none_valid", _firms(14, 1)),
        _plan("home", R25, date(2025, 4, 28), "no_bids"),
        _plan("agv", R25, date(2025, 4, 28), "no_bids"),
        _plan("apron", R25, date(2025, 4, 28), "no_bids"),
    ]


def _spring_2026() -> list[Plan]:
    day = date(2026, 4, 2)
    lamp = _plan("landslide", R26A, day, "signed", _firms(18, 2), asks=True)
    rice = _plan("rice", R26A, day, "reviewing", _firms(11, 3))
    return [
        _plan("flood", R26A, day, "signed", _firms(0, 8), asks=True, corrects=True),
        _plan("tunnel", R26A, day, "active", _firms(15, 3), milestones=1),
        _plan("chem", R26A, day, "drafting", _firms(3, 5)),
        _plan("park", R26A, date(2026, 4, 9), "in_signature", _firms(1, 2)),
        _plan("metro", R26A, date(2026, 4, 9), "declined", _firms(8, 1)),
        _plan("tea", R26A, date(2026, 4, 9), "no_bids"),
        _plan("rehab", R26A, date(2026, 4, 9), "no_bids"),
        _plan("carbon", R26A, date(2026, 4, 16), "no_bids"),
        _plan("greenhouse", R26A, date(2026, 4, 16), "no_bids"),
        _plan("monkey", R26A, date(2026, 4, 16), "below_line", _firms(18, 2)),
        _plan("landslide", R26A, date(2026, 4, 16), "no_bids", relist=lamp),
        _plan("rice", R26A, date(2026, 4, 16), "none_valid", _firms(11, 1), relist=rice),
        _plan("brand", R26A, date(2026, 4, 16), "withdrawn"),
        _plan("agv", R26A, date(2026, 4, 23), "no_bids"),
        _plan("water", R26A, date(2026, 4, 23), "no_bids"),
        _plan("apron", R26A, date(2026, 4, 23), "withdrawn"),
    ]


def _autumn_2026() -> list[Plan]:
    summer, late = date(2026, 8, 24), date(2026, 11, 2)
    merged_into = _plan("subsidy", R26B, late, "vetting")
    return [
        _plan("applianceline", R26B, summer, "in_notice", _firms(3, 7), wait_until=date(2026, 11, 17)),
        _plan("river", R26B, summer, "objection", _firms(0, 8)),
        _plan("display", R26B, summer, "recommended", _firms(2, 5)),
        _plan("claim", R26B, date(2026, 9, 14), "reviewing", _firms(0, 7), asks=True),
        _plan("bridge", R26B, date(2026, 9, 28), "screening", _firms(4, 6)),
        _plan("fire", R26B, date(2026, 9, 28), "screening", _firms(1, 3)),
        _plan("tutor", R26B, date(2026, 10, 12), "closed", _firms(0, 5)),
        _plan("pump", R26B, date(2026, 10, 12), "closed", _firms(3, 7)),
        _plan("citybrain", R26B, late, "open", _firms(0, 6), asks=True, window_days=60),
        _plan("classroom", R26B, late, "open", _firms(9, 2), asks=True, window_days=45),
        _plan("hydropower", R26B, late, "open", _firms(3, 4), window_days=50),
        _plan("blueprint", R26B, date(2026, 11, 9), "open", _firms(4, 1), window_days=40),
        _plan("dressing", R26B, date(2026, 11, 9), "open", window_days=35),
        _plan("vote", R26B, date(2026, 12, 20), "approved"),
        _plan("gas", R26B, date(2026, 12, 20), "approved"),
        merged_into,
        _plan("court", R26B, late, "merged", into=merged_into),
        _plan("campus", R26B, late, "vetting"),
        _plan("warehouse", R26B, late, "submitted"),
        _plan("hotline", R26B, late, "submitted"),
        _plan("carbon", R26B, late, "returned"),
        _plan("lotus", R26B, late, "returned"),
        _plan("home", R26B, late, "not_recommended"),
        _plan("ics", R26B, late, "rejected"),
        _plan("heritage", R26B, late, "draft"),
        _plan("triage", R26B, late, "draft"),
    ]
