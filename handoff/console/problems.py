"""What a person sees when something is not there, not theirs, or not working: plain pages in Portuguese."""

from __future__ import annotations

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from core.errors import Failure
from handoff.console.ports import Ports

TITLES = {
    400: ("Não deu para continuar", "O pedido chegou incompleto. Volte, recarregue a página e tente de novo."),
    401: ("Sua sessão terminou", "Entre de novo para continuar."),
    403: ("Sem acesso", "Isto não está nas suas filas. Se precisar ver, fale com a supervisão."),
    404: ("Não encontramos esta página", "O endereço pode ter mudado, ou a conversa não existe."),
    405: ("Não deu para continuar", "Abra esta página pela tela do atendimento."),
    413: ("Grande demais", "O que foi enviado passa do limite. Divida em partes menores."),
    503: ("O sistema está fora do ar por um momento", "Nada se perdeu. Tente de novo em alguns segundos."),
}
WORDS = ("text", "note", "reason", "comment")
"""Fields of what takes time to write: it is shown again, to be copied, where a form was not taken."""
OTHER = ("Algo deu errado", "Tente de novo. Se continuar, avise a supervisão.")


def mount(blueprint: Blueprint, ports: Ports) -> None:
    """Adds the error pages, and one for addresses that nothing answers to."""
    blueprint.register_error_handler(HTTPException, _explain)
    # The application answers this one in its own way, which would win over the line above.
    blueprint.register_error_handler(413, _explain)
    blueprint.register_error_handler(Failure, _unavailable)
    blueprint.add_url_rule("/<path:rest>", "nowhere", _nowhere, methods=["GET", "POST"])


def _nowhere(rest: str) -> Response:
    abort(404)


def _explain(error: HTTPException) -> Response:
    if isinstance(error.response, Response):
        return error.response
    code = error.code or 500
    title, text = TITLES.get(code, OTHER)
    # Werkzeug's own descriptions are English and for developers; ours are passed to abort() as a sentence.
    own = error.description if error.description != type(error).description else None
    return _page(code, title, own or text)


def _unavailable(error: Failure) -> Response:
    title, text = TITLES[503]
    response = _page(503, title, text)
    response.headers["Retry-After"] = "5"
    return response


def _page(code: int, title: str, text: str) -> Response:
    typed = [value for name in WORDS if code == 400 and (value := request.form.get(name, "").strip())]
    page = render_template("console/problem.html", code=code, title=title, text=text, typed=typed)
    return make_response(page, code)
