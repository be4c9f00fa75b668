"""People, organisations, memberships, and the single-use tokens that mail carries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Holdable, Identified, Versioned, hold_check
from app.models.codes import OrganisationType, Region
from app.models.procedure_codes import Role
from app.models.states import OrganisationState
from app.models.types import Code


class User(Identified, Versioned, Base):
    """A person who can sign in. What they may do comes from memberships and an expert profile, never from here."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80), info={"personal": True})
    phone: Mapped[str | None] = mapped_column(String(20), info={"personal": True})
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(20), default="zh_Hans_CN")
    wants_mail: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Raised to end every session of this person at once.
    session_version: Mapped[int] = mapped_column(default=1)
    email_confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="user", foreign_keys="Membership.user_id", order_by="Membership.created_at"
    )


class Organisation(Identified, Versioned, Holdable, Base):
    """A unit with a unified social credit code. Capabilities open when an officer verifies it."""

    __tablename__ = "organisation"
    __table_args__ = (hold_check(),)

    name: Mapped[str] = mapped_column(String(120), index=True)
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    org_type: Mapped[OrganisationType] = mapped_column(Code(OrganisationType))
    region: Mapped[Region] = mapped_column(Code(Region), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    legal_rep: Mapped[str] = mapped_column(String(80), info={"personal": True})
    phone: Mapped[str | None] = mapped_column(String(40))
    email_domain: Mapped[str | None] = mapped_column(String(120))
    introduction: Mapped[str | None] = mapped_column(Text)
    founded_on: Mapped[date | None]
    registered_capital_fen: Mapped[int | None] = mapped_column(BigInteger)
    staff_count: Mapped[int | None]
    rd_staff_count: Mapped[int | None]
    revenue_fen: Mapped[int | None] = mapped_column(BigInteger)
    rd_spend_fen: Mapped[int | None] = mapped_column(BigInteger)
    is_high_tech: Mapped[bool] = mapped_column(default=False)
    is_specialised: Mapped[bool] = mapped_column(default=False)
    can_organise: Mapped[bool] = mapped_column(default=False)
    can_recommend: Mapped[bool] = mapped_column(default=False)
    can_post: Mapped[bool] = mapped_column(default=False)
    can_bid: Mapped[bool] = mapped_column(default=False)
    wants_post: Mapped[bool] = mapped_column(default=False)
    wants_bid: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    state: Mapped[OrganisationState] = mapped_column(
        Code(OrganisationState), default=OrganisationState.REGISTERED, index=True
    )
    state_reason: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation")

    @property
    def organisation_id(self) -> UUID:
        """The organisation whose own members may act on this row: itself."""
        return self.id


class Membership(Identified, Base):
    """A person's role in an organisation. Ended ones stay as history."""

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_live",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Role] = mapped_column(Code(Role))
    is_admin: Mapped[bool] = mapped_column(default=False)
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="memberships", foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship(back_populates="memberships")


class Invitation(Identified, Base):
    """An invitation to join an organisation in a role, sent to an e-mail address."""

    __tablename__ = "invitation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[Role] = mapped_column(Code(Role))
    is_admin: Mapped[bool] = mapped_column(default=False)
    invited_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()


class AccountToken(Identified, Base):
    """A random token sent by mail to confirm an address or to set a new password. Only its hash is kept."""

    __tablename__ = "account_token"
    __table_args__ = (UniqueConstraint("token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class SignInFailure(Identified, Base):
    """A failed sign-in, counted per account name and source to slow guessing down without locking anyone out."""

    __tablename__ = "sign_in_failure"

    email: Mapped[str] = mapped_column(String(254), index=True)
    source: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
