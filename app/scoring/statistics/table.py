"""The scores of some bids by some experts, with cells that may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class ScoreTable:
    """Totals by (bid, expert), in hundredths of a point. Bids and experts stand in the order of their keys, so that
    the order in which the sheets were read plays no part."""

    scores: Mapping[tuple[str, str], int]

    @cached_property
    def bids(self) -> tuple[str, ...]:
        """The keys of all bids with a score."""
        return tuple(sorted({bid for bid, _expert in self.scores}))

    @cached_property
    def experts(self) -> tuple[str, ...]:
        """The keys of all experts who gave a score."""
        return tuple(sorted({expert for _bid, expert in self.scores}))

    @cached_property
    def cells(self) -> tuple[tuple[int, int, int], ...]:
        """Each score as (place of the bid, place of the expert, hundredths), in order."""
        row = {bid: place for place, bid in enumerate(self.bids)}
        column = {expert: place for place, expert in enumerate(self.experts)}
        return tuple(
            sorted((row[bid], column[expert], value) for (bid, expert), value in self.scores.items())
        )

    @cached_property
    def of_bid(self) -> dict[str, dict[str, int]]:
        """The scores of each bid, by expert."""
        found: dict[str, dict[str, int]] = {bid: {} for bid in self.bids}
        for bid, expert in sorted(self.scores):
            found[bid][expert] = self.scores[bid, expert]
        return found

    @cached_property
    def of_expert(self) -> dict[str, dict[str, int]]:
        """The scores by each expert, by bid."""
        found: dict[str, dict[str, int]] = {expert: {} for expert in self.experts}
        for bid, expert in sorted(self.scores):
            found[expert][bid] = self.scores[bid, expert]
        return found

    @property
    def is_complete(self) -> bool:
        """Whether every expert scored every bid."""
        return len(self.scores) == len(self.bids) * len(self.experts)

    @cached_property
    def is_connected(self) -> bool:
        """Whether one comes from any bid to any other over experts who scored both."""
        if not self.scores:
            return True
        reached, waiting = {self.bids[0]}, [self.bids[0]]
        while waiting:
            near = {bid for expert in self.of_bid[waiting.pop()] for bid in self.of_expert[expert]}
            waiting += sorted(near - reached)
            reached |= near
        return len(reached) == len(self.bids)
