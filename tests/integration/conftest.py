"""What takes long to make is made once for all modules: a trained model, a server, a registry of models."""

from __future__ import annotations

from tests.integration.nlu_models import made, one, registry
from tests.integration.nlu_server import nlu_model, nlu_url

__all__ = ["made", "nlu_model", "nlu_url", "one", "registry"]
