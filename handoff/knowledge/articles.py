"""Writing an article, publishing it, letting the bot quote it, and taking it out of use. Each act is audited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from handoff import audit
from handoff.access import Attendant
from handoff.knowledge.subjects import QUOTED
from handoff.outcome import Denied, Done
from models import utc_now
from models.article import LONGEST_ANSWER, Article, ArticleVersion

LONGEST_TITLE, LONGEST_BODY = 120, 20_000
GONE = Denied("Este artigo não existe mais.")
OFFICE = Denied("Isto é da supervisão: publicar, aprovar, retirar e mudar o que já está publicado.")
NOT_A_QUESTION = Denied(
    "O bot só cita artigos sobre perguntas. O que mexe com dinheiro ou com a rede, reclamação e cancelamento têm "
    "caminho próprio."
)


@dataclass(frozen=True)
class Draft:
    """What was typed."""

    title: str
    body: str
    answer: str = ""
    intents: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    bot_may_quote: bool = False


def write(
    session: Session, who: Attendant, draft: Draft, article_id: int | None = None, *, seen: int = 0
) -> Done | Denied:
    """A new article as a draft, or the next version of one; Done names it. A version that says the same is none.

    `seen` is the version that the writer had before them: over a newer one nothing is written. Agents write drafts,
    supervisors also what is published. The bot stops quoting it until somebody else approves the new version.
    """
    row = _locked(session, article_id) if article_id else None
    problem = _unfit(draft) or (_may_not_write(row, who, seen) if article_id else None)
    if problem:
        return problem
    fields = _fields(draft)
    if row is None:
        row = Article(**fields, written_by=who.login)
        session.add(row)
    elif all(getattr(row, name) == value for name, value in fields.items()):
        return Done(row.id, repeated=True)
    else:
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        row.written_by, row.written_at = who.login, utc_now()
        row.approved_by = row.approved_at = None
    session.flush()
    session.add(version_of(row))
    audit.record(session, who.login, "article.written", f"article:{row.id}", version=row.version)
    return Done(row.id)


def publish(session: Session, who: Attendant, article_id: int) -> Done | Denied:
    """Agents find it from now on. Publishing again changes nothing."""
    return _move(session, who, article_id, "published")


def retire(session: Session, who: Attendant, article_id: int) -> Done | Denied:
    """Nobody is offered it any more, and the bot says it to nobody; it can be published again."""
    return _move(session, who, article_id, "retired")


def approve(session: Session, who: Attendant, article_id: int, *, seen: int | None = None) -> Done | Denied:
    """The bot may quote this version from now on: a supervisor says so who did not write it. `seen` is the version that
    they had before them (None: this one): over a newer one nothing is approved."""
    row = _locked(session, article_id)
    if row is None:
        return GONE
    if not who.supervises:
        return OFFICE
    if row.written_by == who.login:
        return Denied("Quem escreveu não aprova: peça a outra pessoa da supervisão.")
    if seen not in (None, row.version):
        return _changed(row)
    if not (row.state == "published" and row.bot_may_quote and row.answer):
        return Denied(
            "Para o bot citar, o artigo precisa estar publicado, ter a resposta ao cliente e permitir a citação."
        )
    if row.approved_at is not None:
        return Done(row.id, repeated=True)
    row.approved_by, row.approved_at = who.login, utc_now()
    audit.record(session, who.login, "article.approved", f"article:{row.id}", version=row.version)
    return Done(row.id)


def _move(session: Session, who: Attendant, article_id: int, state: str) -> Done | Denied:
    row = _locked(session, article_id)
    if row is None:
        return GONE
    if not who.supervises:
        return OFFICE
    if row.state == state:
        return Done(row.id, repeated=True)
    row.state = state
    if state == "retired":
        # Who brings it back has to have it approved again: what it says may have become untrue.
        row.approved_by = row.approved_at = None
    audit.record(session, who.login, f"article.{state}", f"article:{row.id}", version=row.version)
    return Done(row.id)


def _may_not_write(row: Article | None, who: Attendant, seen: int) -> Denied | None:
    if row is None:
        return GONE
    if row.state != "draft" and not who.supervises:
        return OFFICE
    if seen != row.version:
        return _changed(row)
    return None


def _changed(row: Article) -> Denied:
    return Denied(
        f"Outra pessoa mudou este artigo enquanto isso (agora é a versão {row.version}). Confira e tente de novo."
    )


def _unfit(draft: Draft) -> Denied | None:
    if not draft.title or not draft.body:
        return Denied("O artigo precisa de título e de texto.")
    if len(draft.title) > LONGEST_TITLE or len(draft.body) > LONGEST_BODY:
        return Denied("O título vai até 120 caracteres e o texto até 20 mil.")
    if len(draft.answer) > LONGEST_ANSWER:
        return Denied(f"A resposta ao cliente vai até {LONGEST_ANSWER} caracteres.")
    if draft.bot_may_quote and not (draft.answer and draft.intents):
        return Denied("Para o bot citar, escreva a resposta ao cliente e escolha o assunto.")
    if draft.bot_may_quote and not {*draft.intents} <= QUOTED:
        return NOT_A_QUESTION
    return None


def _fields(draft: Draft) -> dict[str, object]:
    return {
        "title": draft.title,
        "body": draft.body,
        "answer": draft.answer,
        "intents": sorted(draft.intents),
        "queues": sorted(draft.queues),
        "bot_may_quote": draft.bot_may_quote,
    }


def version_of(row: Article) -> ArticleVersion:
    """What the article says now, to be kept."""
    return ArticleVersion(
        article_id=row.id,
        version=row.version,
        title=row.title,
        body=row.body,
        answer=row.answer,
        written_by=row.written_by,
        written_at=row.written_at,
    )


def _locked(session: Session, article_id: int) -> Article | None:
    return session.scalars(select(Article).where(Article.id == article_id).with_for_update()).one_or_none()
