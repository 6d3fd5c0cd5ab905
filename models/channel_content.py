"""A content resource that was made at a channel, such as the frame of a list: made once for each look, used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models import Base, utc_now


class ChannelContent(Base):
    """`shape` names the look, `content_id` is the channel's own id of what has it (Twilio's content sid)."""

    __tablename__ = "channel_content"

    channel: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[str] = mapped_column(primary_key=True)
    content_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
