"""Made-up rounds for the benchmark and the tests: seeded, with fields, units, regions, conflicts and shared bidders."""

import random

from app.experts.assignment.inputs import Inputs, PanelDemand, PoolExpert, RoundRules

REGIONS = 17
FIELDS = 12


def made_up(
    demands: int,
    experts: int,
    *,
    seed: int = 1,
    size: int = 5,
    reserves: int = 2,
    rules: RoundRules | None = None,
) -> Inputs:
    """A round in which everybody can be seated. One expert in five is of finance, one in six from the organizer."""
    drawn = random.Random(seed)
    ceiling = -(-demands * (size + reserves) * 13 // (experts * 10)) + 1
    fields = [sorted(drawn.sample(range(FIELDS), 3)) for _ in range(experts)]
    pool = [
        PoolExpert(
            id=f"e{number:04}",
            unit=f"u{number % max(16, experts // 2)}",
            region=f"r{drawn.randrange(REGIONS)}",
            is_finance=number % 5 == 0,
            is_outside=number % 6 != 0,
            ceiling=ceiling,
            load=drawn.randrange(3) if ceiling > 6 else 0,
        )
        for number in range(experts)
    ]
    found = []
    for number in range(demands):
        subject = drawn.randrange(FIELDS)
        near = frozenset(each.id for each, own in zip(pool, fields, strict=True) if subject in own)
        match = {
            each.id: min(1000, round(1000 * drawn.betavariate(5, 4 if each.id in near else 12)))
            for each in pool
        }
        others = drawn.sample(pool, max(1, experts // 12))
        found.append(
            PanelDemand(
                id=f"d{number:04}",
                size=size,
                reserves=reserves,
                match=match,
                in_field=near,
                bidders=frozenset(f"b{drawn.randrange(max(1000, demands * 8))}" for _ in range(3)),
                conflicts={each.id: ("same_unit",) for each in others[::2]},
                judged={each.id: 1 for each in others[1::4]},
            )
        )
    return Inputs.of(pool, found, rules or RoundRules())
