"""Every rule of the draw once more, in plain loops that share nothing with the solver."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.experts.assignment.inputs import Inputs, PanelDemand, PoolExpert


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel's members and its reserve list, by expert id; the reserves in the order in which they are called."""

    seats: tuple[str, ...]
    reserves: tuple[str, ...]


def faults(inputs: Inputs, panels: Mapping[str, Panel]) -> list[str]:
    """What is wrong with the panels, each as `rule: demand or expert`; nothing when every rule holds."""
    pool = {expert.id: expert for expert in inputs.experts}
    found = []
    for demand in inputs.demands:
        panel = panels.get(demand.id)
        if panel is None:
            found.append(f"missing: {demand.id}")
            continue
        found += [f"{rule}: {demand.id}" for rule in _of_panel(inputs, demand, panel, pool)]
        found += [f"{rule}: {demand.id}" for rule in _of_people(inputs, demand, panel)]
    return [*found, *_of_experts(inputs, panels), *_of_bidders(inputs, panels)]


def _of_panel(
    inputs: Inputs, demand: PanelDemand, panel: Panel, pool: Mapping[str, PoolExpert]
) -> Iterable[str]:
    rules = inputs.rules
    members = [pool[key] for key in panel.seats]
    everybody = [*members, *(pool[key] for key in panel.reserves)]
    if len(members) != demand.size or len(members) % 2 == 0:
        yield "size"
    if len(panel.reserves) != demand.reserves:
        yield "reserves"
    if 100 * sum(each.is_outside for each in members) < rules.outside_percent * demand.size:
        yield "outside"
    if rules.needs_finance and not any(each.is_finance for each in members):
        yield "finance"
    if rules.needs_field and not any(each.id in demand.in_field for each in members):
        yield "field"
    if len({each.unit for each in everybody}) != len(everybody):
        yield "unit"
    regions = Counter(each.region for each in members)
    if rules.region_cap is not None and any(count > rules.region_cap for count in regions.values()):
        yield "region"
    if any(each.reasons for each in everybody):
        yield "state"


def _of_people(inputs: Inputs, demand: PanelDemand, panel: Panel) -> Iterable[str]:
    everybody = [*panel.seats, *panel.reserves]
    if len(set(everybody)) != len(everybody):
        yield "twice"
    if any(key in demand.conflicts for key in everybody):
        yield "conflict"
    if any(key in demand.exclusions for key in everybody):
        yield "exclusion"
    if any(key not in panel.seats for key in demand.pins):
        yield "pin"
    if inputs.rules.rotates and any(demand.judged.get(key) and key not in demand.pins for key in everybody):
        yield "rotation"


def _of_experts(inputs: Inputs, panels: Mapping[str, Panel]) -> Iterable[str]:
    seats = Counter(key for panel in panels.values() for key in panel.seats)
    listed = Counter(key for panel in panels.values() for key in panel.reserves)
    for expert in inputs.experts:
        # Whoever is called from a list takes a seat: the lists too must leave room.
        if expert.load + seats[expert.id] + listed[expert.id] > expert.ceiling:
            yield f"ceiling: {expert.id}"
        if seats[expert.id] < expert.floor:
            yield f"floor: {expert.id}"


def _of_bidders(inputs: Inputs, panels: Mapping[str, Panel]) -> Iterable[str]:
    if not inputs.rules.rotates:
        return
    met: Counter[tuple[str, str]] = Counter()
    for demand in inputs.demands:
        panel = panels.get(demand.id, Panel((), ()))
        for bidder in demand.bidders:
            met.update((bidder, key) for key in (*panel.seats, *panel.reserves))
    for (bidder, key), count in sorted(met.items()):
        if count > 1:
            yield f"rotation: {key} for {bidder}"
