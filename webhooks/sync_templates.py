"""Keeps the rows of templates as the channels have them, and hands in the repository's own that are missing there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Refused
from models import utc_now
from models.channel_template import APPROVED, SUPERSEDED, ChannelTemplate
from webhooks.channels.template_ports import Listed, TemplateAdmin
from webhooks.template_files import TemplateFile, by_name
from webhooks.template_updates import GONE, note_category, note_status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pushed:
    """What became of a file: `refused` is empty where the channel took it, or the code of why not."""

    file: TemplateFile
    status: str
    refused: str = ""


def sync_templates(
    _ref_id: int,
    *,
    db: Database,
    admins: Mapping[str, TemplateAdmin],
    files: Callable[[], Sequence[TemplateFile]],
    push: bool = False,
) -> None:
    """Brings the rows of every channel up to date. `files` reads ours; with `push` those that are missing there
    are handed in first. May be called at any time; raises what a channel that does not answer raises."""
    ours = files() if admins else ()
    for channel, admin in admins.items():
        if push:
            push_missing(channel, admin, ours)
        sync_channel(db, channel, admin, ours)


def sync_channel(db: Database, channel: str, admin: TemplateAdmin, files: Sequence[TemplateFile]) -> int:
    """Asks the channel, then writes what it said; returns how many templates it has."""
    started = utc_now()
    found = admin.listed()
    with db.transaction() as session:
        write_listed(session, channel, found, files, started)
    return len(found)


def missing(found: Iterable[Listed], files: Iterable[TemplateFile]) -> list[TemplateFile]:
    """The files that the channel does not have, as they are now."""
    there = {(one.name, one.language) for one in found if one.status != GONE}
    return [file for file in files if (file.name, file.language) not in there]


def push_missing(channel: str, admin: TemplateAdmin, files: Sequence[TemplateFile]) -> list[Pushed]:
    """Hands in the files that are missing, one by one: a refused one does not hold up the others."""
    results = []
    for file in missing(admin.listed(), files):
        try:
            made = admin.create(file.draft())
            results.append(Pushed(file, made.status))
        except Refused as refusal:
            log.warning("template %s was refused by %s: %s", file.name, channel, refusal)
            results.append(Pushed(file, "", str(refusal)))
    return results


def write_listed(
    session: Session, channel: str, found: Sequence[Listed], files: Sequence[TemplateFile], at: datetime
) -> None:
    """Writes a channel's list, as it was at `at`: new rows, changed ones with their alerts, DELETED for those gone."""
    ours = by_name(files)
    seen: set[int] = set()
    for one in found:
        if one.name and one.language:
            seen.add(_write(session, channel, one, ours.get((one.name, one.language)), at))
    gone = select(ChannelTemplate).where(
        ChannelTemplate.channel == channel, ChannelTemplate.status != GONE, ChannelTemplate.updated_at <= at
    )
    for row in session.scalars(gone.with_for_update()):
        if row.id not in seen:
            note_status(session, row, GONE)
            row.updated_at = at
    session.flush()
    _supersede(session, channel, files)


def _write(session: Session, channel: str, one: Listed, file: TemplateFile | None, at: datetime) -> int:
    row, made = _row(session, channel, one, file, at)
    # A channel may file it under another category from the start.
    before = file.category if made and file else row.category
    if file is not None:
        row.purpose, row.variables, row.category_expected = file.purpose, file.variables, file.category
    if one.components:
        row.components = _with_ids(one.components, file.draft().components if file else row.components)
    if row.updated_at <= at:
        # Else a webhook told something newer while the list was under way.
        row.provider_id, row.quality, row.updated_at = one.provider_id, one.quality or row.quality, at
        # A webhook gives the reason at greater length.
        fuller = row.status == one.status and row.reason.startswith(one.reason)
        note_status(session, row, one.status, row.reason if fuller else one.reason)
        note_category(session, row, one.category, before)
    session.flush()
    return row.id


def _row(
    session: Session, channel: str, one: Listed, file: TemplateFile | None, at: datetime
) -> tuple[ChannelTemplate, bool]:
    """The template's row, locked, and whether it is new. Old troubles of templates that are not ours alert nobody."""
    key = {"channel": channel, "name": one.name, "language": one.language}
    status = "PENDING" if file else one.status
    new = insert(ChannelTemplate).values(**key, category=one.category, status=status, updated_at=at)
    made = session.scalar(new.on_conflict_do_nothing().returning(ChannelTemplate.id)) is not None
    return session.scalars(select(ChannelTemplate).filter_by(**key).with_for_update()).one(), made


def _with_ids(components: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A channel's components, with the ids of quick replies from ours, by their titles."""
    ids = {button.get("text"): button["id"] for button in _buttons(ours) if button.get("id")}
    told = [dict(part) for part in components]
    for part in told:
        if isinstance(part.get("buttons"), list):
            part["buttons"] = [
                {**button, **({"id": ids[button.get("text")]} if button.get("text") in ids else {})}
                for button in part["buttons"]
            ]
    return told


def _buttons(components: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [button for part in components for button in part.get("buttons") or ()]


def _supersede(session: Session, channel: str, files: Sequence[TemplateFile]) -> None:
    """Once the text of today is approved, earlier ones of its purpose are sent no more; a text that came back is."""
    for file in files:
        of_purpose = {"channel": channel, "purpose": file.purpose, "language": file.language}
        rows = session.scalars(select(ChannelTemplate).filter_by(**of_purpose).with_for_update()).all()
        today = next((row for row in rows if row.name == file.name), None)
        if today is None:
            continue
        if today.blocked_for == SUPERSEDED:
            today.blocked_for = None
        if today.status == APPROVED:
            for row in rows:
                # What the house chose (it has no category that we asked for) is no earlier text of ours.
                if row is not today and row.category_expected:
                    row.blocked_for = SUPERSEDED
