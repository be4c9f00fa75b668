"""What the stories share: the clock, the cast, the rounds, and small acts that several courses need."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from app.core.clock import local, start_of_day
from app.core.files import FileStore
from app.models.awards import Notice
from app.models.reviews import Panel, Sheet
from app.models.rounds import Round, Rubric
from app.scoring import services as scoring
from seed.demo.cast import Cast
from seed.demo.pdf import small_pdf
from seed.demo.schedule import Schedule

STRENGTHS = "方案针对性强，对现场难点理解准确，指标响应逐项有依据。"
WEAKNESSES = "试运行阶段的人员培训安排偏简略，部分接口对接工期偏紧。"
ADVICE = "合同中应明确数据使用边界和评测集封存办法，细化阶段检查点。"
LIMIT = 5 * 1024 * 1024


@dataclass
class Play:
    """One playing of the demonstration."""

    schedule: Schedule
    cast: Cast
    files: FileStore
    rounds: dict[str, Round] = field(default_factory=dict)
    uploaded: list[str] = field(default_factory=list)
    bid_count: int = 0

    @property
    def session(self) -> Any:
        """The one session of the playing."""
        return self.schedule.session

    @property
    def now(self) -> datetime:
        """The present moment of the playing."""
        return self.schedule.now

    def later(self, days: int = 0, hours: int = 0) -> datetime:
        """So many days later at the same time of day, or so many hours later."""
        return self.now + timedelta(days=days, hours=hours)

    def day_after(self, days: int, hour: int = 10) -> datetime:
        """The n-th day from now at this hour in Shanghai."""
        return start_of_day(local(self.now).date() + timedelta(days=days)) + timedelta(hours=hour)

    def when_over(self, notice: Notice, hours: int = 10) -> datetime:
        """Some hours after the last day of a notice."""
        if notice.ends_at is None:
            raise LookupError("the notice was never published")
        return notice.ends_at + timedelta(hours=hours)

    def not_before(self, day: date | None) -> datetime:
        """The next morning, or the morning of the day if that is later."""
        tomorrow = self.day_after(1)
        return tomorrow if day is None else max(tomorrow, start_of_day(day) + timedelta(hours=10))

    def upload(self, title: str) -> dict[str, Any]:
        """A small document of its own, stored as an upload would be; its columns."""
        stored = self.files.take_in(BytesIO(small_pdf(title)), f"{title}.pdf", limit=LIMIT)
        self.uploaded.append(stored.storage_name)
        return {
            "name": stored.filename,
            "media_type": stored.media_type,
            "size": stored.size,
            "sha256": stored.sha256,
            "storage_name": stored.storage_name,
        }

    def fill_sheet(self, sheet: Sheet, rubric: Rubric, quality: float, chance: Random) -> None:
        """Score every criterion around the quality (share of its maximum), with the comments the round asks for."""
        scores = {}
        for criterion in rubric.criteria:
            share = min(1.0, max(0.0, quality + chance.uniform(-0.06, 0.06)))
            value = int(criterion.max_score * share) // 50 * 50
            scores[criterion.code] = (value, "依据申报材料和指标响应情况综合评定。")
        author = self.cast.actor_of(sheet.author)
        by = author if sheet.assignment else self.cast.officer(self.cast.officers.index(sheet.author))
        scoring.save_sheet(
            self.session,
            sheet,
            by=by,
            now=self.now,
            scores=scores,
            strengths=STRENGTHS,
            weaknesses=WEAKNESSES,
            advice_text=ADVICE,
            advice=None,
        )
        scoring.submit_sheet(self.session, sheet, by=by, now=self.now)

    def each_seat(self, panel: Panel, act: Callable[[Any, Any], None]) -> None:
        """Let every seated member act: `act(seat, actor)`."""
        for seat in [each for each in panel.assignments if not each.is_reserve]:
            if seat.expert_id in self.cast.experts:
                act(seat, self.cast.expert(seat.expert_id))
