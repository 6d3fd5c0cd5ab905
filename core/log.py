"""Log lines for people or machines, with personal data masked before they leave the process."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from core.masking import mask_personal_data


class MaskedFormatter(logging.Formatter):
    """Formats as usual, then masks CPF, CNPJ, phones and tokens in the whole line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_personal_data(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at (UTC), level, logger, message, trace."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask_personal_data(record.getMessage()),
        }
        if record.exc_info:
            entry["trace"] = mask_personal_data(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure(*, as_json: bool = False, level: int = logging.INFO) -> None:
    """Sends every log line to standard output. May be called again; the last call counts."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if as_json else MaskedFormatter("%(levelname).1s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("urllib3", "rq", "rq.worker", "rq.queue", "alembic", "pyrad"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
