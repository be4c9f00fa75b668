"""What operators add to, or switch off in, the dictionary of the fairness check. What is shipped stands in seed/."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.i18n import _l
from app.models.accounts import User
from app.models.base import Base, Coded, Identified
from app.models.types import Code


class FairnessKind(Coded):
    """What a term of the dictionary says of a text; `exception` is wording that is never objected to."""

    BRAND = "brand", _l("A brand or maker is named")
    MODEL = "model", _l("A product model is named")
    PATENT = "patent", _l("A patent or proprietary technology is named")
    SOLE_VENDOR = "sole_vendor", _l("The wording suits one supplier only")
    REGION = "region_condition", _l("A condition on the place of business")
    CAPITAL = "capital_condition", _l("A condition on registered capital")
    SIZE = "size_condition", _l("A condition on age, staff or turnover of the firm")
    WINDOW = "short_window", _l("An unusually short time")
    EXCEPTION = "exception", _l("Never objected to")


class FairnessTerm(Identified, Base):
    """An operator's own term, or the switch of a shipped one, whose name then stands in `term`.

    A term is read literally; `*` stands for up to twelve characters of the same clause."""

    __tablename__ = "fairness_term"
    __table_args__ = (UniqueConstraint("kind", "term", "is_shipped"),)

    kind: Mapped[FairnessKind] = mapped_column(Code(FairnessKind))
    term: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(200), default="")
    is_shipped: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    changed_by: Mapped[User] = relationship()
