"""Every setting of the deployment: read from the environment once, checked together, listed in .env.example."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names each with what is expected and an example."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Configuração inválida:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


def _text(value: str) -> str:
    return value


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _switch(value: str) -> bool:
    if value.lower() not in {"yes", "no"}:
        raise ValueError
    return value.lower() == "yes"


def _url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme.split("+")[0] not in schemes or not (parts.netloc or parts.path):
            raise ValueError
        return value.rstrip("/")

    return read


def _issuer(value: str) -> str:
    """Kept as it is, slash and all: tokens name it letter by letter."""
    _url("https", "http")(value)
    return value


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return read


def _media_place(value: str) -> str:
    """A folder, or a bucket: no other kind of store is known here, and a mistyped one is no folder."""
    scheme, there, rest = value.partition("://")
    if there and (scheme != "s3" or not rest.strip("/")):
        raise ValueError
    return value.rstrip("/") or value


def _languages() -> tuple[str, ...]:
    """The languages that there are examples for."""
    data = Path(__file__).resolve().parents[1] / "nlu" / "data"
    return tuple(sorted((path.name for path in data.iterdir() if path.is_dir()), reverse=True))


def setting(
    read: Callable[[str], Any],
    expected: str,
    example: str,
    *,
    default: str | None = None,
    secret: bool = False,
    about: str,
) -> Any:
    """A field of Settings. `default` is text as it would stand in the environment; None means that it must be set."""
    return field(
        metadata={
            "read": read,
            "expected": expected,
            "example": example,
            "default": default,
            "secret": secret,
            "about": about,
        }
    )


_web = _url("http", "https")


@dataclass(frozen=True)
class Settings:
    """The deployment's settings. A field's environment name is its name in capitals; secrets also as NAME_FILE."""

    port: int = setting(_integer(1, 65535), "1 to 65535", "8000", default="8000", about="Port of the web process.")
    host: str = setting(_text, "an address", "127.0.0.1", default="127.0.0.1", about="Address the web process binds.")
    public_url: str = setting(
        _web,
        "http(s)://host",
        "https://suporte.example.com.br",
        default="",
        about="Address that the outside uses for us; Twilio signs it and fetches our files there. Default: http://HOST:PORT.",
    )
    database_url: str = setting(
        _url("postgresql"),
        "postgresql://user:password@host/database",
        "postgresql://religa@127.0.0.1/religa",
        about="PostgreSQL 15 or newer. `make run` brings its own when this is not set.",
        secret=True,
    )
    redis_url: str = setting(
        _url("redis", "rediss", "unix"),
        "redis://host:6379/0",
        "redis://127.0.0.1:6379/0",
        about="Valkey or Redis; carries wake-ups only. `make run` brings its own when this is not set.",
        secret=True,
    )
    nlu_url: str = setting(
        _web, "http://host:port", "http://127.0.0.1:5005", default="http://127.0.0.1:5005", about="Rasa server."
    )
    nlu_timeout_seconds: float = setting(
        _seconds(0.1, 30), "seconds", "2", default="2", about="Slower than this, the customer gets a menu instead."
    )
    customer_language: str = setting(
        _choice(*_languages()),
        " or ".join(_languages()),
        "es",
        default="pt_BR",
        about="Language of the customers: what the bot says and the model reads. The console stays Portuguese.",
    )
    data_dir: Path = setting(  # noqa: RUF009 - as all fields
        Path, "a folder", ".religa", default=".religa", about="State of `make run`."
    )
    secret_key: str = setting(
        _text,
        "32 or more random characters",
        "(python -c 'import secrets; print(secrets.token_hex(32))')",
        secret=True,
        about="Signs console sessions and links to documents. `make run` makes one when this is not set.",
    )
    oidc_issuer: str = setting(
        _issuer,
        "https://host, exactly as the provider of identities calls itself",
        "https://login.example.com.br/realms/provedor",
        default="",
        about="Single sign-on to the console by OpenID Connect. Unset: passwords only.",
    )
    oidc_client_id: str = setting(_text, "a client's id", "religa", default="", about="Our client at OIDC_ISSUER.")
    oidc_client_secret: str = setting(
        _text, "the client's secret", "0123abcd", default="", secret=True, about="Secret of that client."
    )
    meta_graph_url: str = setting(
        _web,
        "https://host",
        "https://graph.facebook.com",
        default="https://graph.facebook.com",
        about="Graph API. With META_ACCESS_TOKEN unset, the built-in simulator is used instead.",
    )
    meta_api_version: str = setting(_text, "vNN.N", "v24.0", default="v24.0", about="Graph API version.")
    meta_phone_number_id: str = setting(
        _text, "digits", "106540352242922", default="106540352242922", about="The number's id in the Graph API."
    )
    meta_access_token: str = setting(
        _text, "a token", "EAAG...", default="", secret=True, about="Unset: the channel is the simulator."
    )
    meta_app_secret: str = setting(
        _text, "the app secret", "0123abcd", default="", secret=True, about="Signs Meta's webhooks. Unset: all refused."
    )
    meta_verify_token: str = setting(
        _text, "any text", "escolha-um", default="", secret=True, about="Handshake of Meta's webhook."
    )
    meta_code_template: str = setting(
        _text,
        "a template's name",
        "codigo_de_acesso",
        default="codigo_de_acesso",
        about="Authentication template for one-time codes while the one of code.yml is not approved.",
    )
    meta_account_id: str = setting(
        _text,
        "digits",
        "102290129340398",
        default="",
        about="The WhatsApp Business account (WABA): templates belong to it. Unset: templates are not synced.",
    )
    meta_order_details: bool = setting(
        _switch,
        "yes or no",
        "no",
        default="no",
        about="Bills as an order to review and pay (Pix, boleto); needs a Brazilian account that Meta has enabled.",
    )
    send_per_second: float = setting(
        _seconds(0, 10000), "messages", "80", default="80", about="Messages a second of one number; 0: no limit."
    )
    pair_seconds: float = setting(
        _seconds(0, 600),
        "seconds",
        "6",
        default="6",
        about="One message to the same person each so often; 0: no limit.",
    )
    pair_burst: int = setting(
        _integer(1, 1000), "messages", "45", default="45", about="So many to the same person at once, paid back after."
    )
    echo_quiet_minutes: int = setting(
        _integer(1, 10080),
        "minutes",
        "120",
        default="120",
        about="The bot is silent this long after a person answered from the phone's WhatsApp Business app.",
    )
    twilio_api_url: str = setting(
        _web, "https://host", "https://api.twilio.com", default="https://api.twilio.com", about="Twilio API."
    )
    twilio_account_sid: str = setting(_text, "AC...", "AC0123", default="", about="Unset: no Twilio channel.")
    twilio_auth_token: str = setting(
        _text, "a token", "0123abcd", default="", secret=True, about="Signs Twilio's webhooks. Unset: all refused."
    )
    twilio_from: str = setting(
        _text, "whatsapp:+55...", "whatsapp:+551230001000", default="", about="Sender on Twilio."
    )
    twilio_content_url: str = setting(
        _web,
        "https://host",
        "https://content.twilio.com",
        default="https://content.twilio.com",
        about="Twilio's Content API: buttons, lists and templates.",
    )
    twilio_messaging_service_sid: str = setting(
        _text, "MG...", "MG0123", default="", about="Messaging service to send through. Unset: TWILIO_FROM sends."
    )
    twilio_code_content_sid: str = setting(
        _text,
        "HX...",
        "HX0123",
        default="",
        about="Content for one-time codes on Twilio while the one of code.yml is not approved.",
    )
    media_store: str = setting(
        _media_place,
        "a folder, or s3://bucket/prefix",
        "s3://suporte-religa/midia",
        default="",
        about="Where customers' files are kept. Default: the folder media in DATA_DIR. All processes must reach it.",
    )
    media_store_endpoint: str = setting(
        _web,
        "https://host",
        "https://s3.example.com.br",
        default="",
        about="Address of an S3-compatible store that is not Amazon's.",
    )
    media_store_region: str = setting(
        _text, "a region", "sa-east-1", default="sa-east-1", about="Region of the bucket."
    )
    media_store_key_id: str = setting(_text, "an access key", "AKIA...", default="", about="Access key of the bucket.")
    media_store_key: str = setting(
        _text, "a secret key", "0123abcd", default="", secret=True, about="Secret of that access key."
    )
    media_keep_days: int = setting(
        _integer(1, 3650), "days", "180", default="180", about="Customers' files are deleted after so many days."
    )
    media_most_megabytes: int = setting(
        _integer(1, 100), "megabytes", "100", default="100", about="A larger file of a customer's is not fetched."
    )
    transcription: str = setting(
        _choice("", "faster_whisper"),
        "faster_whisper or empty",
        "faster_whisper",
        default="",
        about="What turns voice notes into words (needs requirements-voice.txt). Unset: nothing does.",
    )
    transcription_model: str = setting(
        _text,
        "a folder with a model",
        "/srv/whisper-small",
        default="",
        about="Model of faster-whisper (CTranslate2 format), on disk: nothing is downloaded.",
    )
    voice_without_transcript: str = setting(
        _choice("ask_text", "hand_over"),
        "ask_text or hand_over",
        "ask_text",
        default="ask_text",
        about="A voice note that nothing could read: ask for text once, or hand over to a person.",
    )
    webhook_keep_days: int = setting(
        _integer(8, 3650),
        "days",
        "30",
        default="30",
        about="Raw webhooks that were read, events and what was told to other systems are deleted after so many days.",
    )
    webhook_internal_hosts: str = setting(
        _text,
        "host:port, separated by commas",
        "erp.interno:443",
        default="",
        about="Hosts inside the own network that outgoing webhooks may go to; without one, public addresses only.",
    )
    metrics_token: str = setting(
        _text,
        "any text",
        "escolha-um",
        default="",
        secret=True,
        about="Bearer token of /metrics. Unset: it answers on loopback only, and only while PUBLIC_URL is loopback.",
    )
    erp: str = setting(
        _text,
        "local, or a kind that `cli.py erp kinds` lists",
        "ixc",
        default="local",
        about="The provider's ERP. local: customers, contracts and invoices are in our own tables.",
    )
    erp_options: str = setting(
        _text,
        "a JSON object",
        '{"url": "https://erp.example.com.br", "token": "..."}',
        default="",
        secret=True,
        about="What the ERP's connection needs: the fields that `cli.py erp kinds` lists for it.",
    )
    erp_fresh_minutes: int = setting(
        _integer(1, 1440),
        "minutes",
        "15",
        default="15",
        about="What the ERP told of customers and contracts is good for so long when it is away; older is not said.",
    )
    gateway: str = setting(
        _text,
        "a kind that `cli.py gateways kinds` lists, or empty",
        "asaas",
        default="",
        about="Who registers boletos and Pix for the local ERP. Unset: Pix under the provider's own key.",
    )
    gateway_options: str = setting(
        _text,
        "a JSON object",
        '{"token": "...", "webhook_token": "..."}',
        default="",
        secret=True,
        about="What the gateway's connection needs: the fields that `cli.py gateways kinds` lists for it.",
    )
    proof_reader: str = setting(
        _choice("", "rapidocr"),
        "rapidocr or empty",
        "rapidocr",
        default="",
        about="What reads pictures of payment proofs (needs requirements-ocr.txt). PDFs with text are read without.",
    )
    radius_database_url: str = setting(
        _url("postgresql", "mysql"),
        "postgresql:// or mysql://user:password@host/radius",
        "postgresql://radius@127.0.0.1/radius",
        default="",
        secret=True,
        about="FreeRADIUS's SQL schema. Unset: no action on the network is offered.",
    )
    radius_coa_host: str = setting(
        _text,
        "an address",
        "10.0.0.1",
        default="",
        about="Where CoA/Disconnect go for NAS that are not in the table nas. Unset: each session's own NAS.",
    )
    radius_coa_port: int = setting(_integer(1, 65535), "1 to 65535", "3799", default="3799", about="CoA port.")
    radius_secret: str = setting(
        _text, "the shared secret", "testing123", default="", secret=True, about="Shared secret of CoA/Disconnect."
    )
    radius_suspended_group: str = setting(
        _text, "a group name", "suspenso", default="suspenso", about="RADIUS group that blocks for debt."
    )
    radius_block_by: str = setting(
        _choice("group", "reject"),
        "group or reject",
        "group",
        default="group",
        about="Blocking is the suspended group, or Auth-Type := Reject: then a blocked login is let in no more.",
    )
    radius_coa: str = setting(
        _choice("disconnect", "coa"),
        "disconnect or coa",
        "disconnect",
        default="disconnect",
        about="An open session is dropped, or changed by CoA (and dropped where the NAS refuses that).",
    )
    radius_per_second: float = setting(
        _seconds(0, 10000),
        "messages",
        "200",
        default="200",
        about="CoA/Disconnect to one NAS a second, when many are released or blocked; 0: no limit.",
    )
    radius_settle_seconds: float = setting(
        _seconds(0, 60), "seconds", "10", default="10", about="How long a release is watched for a session in between."
    )
    device_key: str = setting(
        _text,
        "32 bytes in URL-safe base64",
        "(python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')",
        default="",
        secret=True,
        about="Encrypts the passwords of OLTs, routers and the ACS. Unset: none can be stored. `make run` makes one.",
    )
    simulated_network_url: str = setting(
        _web,
        "http://host:port",
        "http://127.0.0.1:8090",
        default="",
        about="Where the demo's simulated network answers; devices of kind simulator ask there.",
    )
    sweep_seconds: float = setting(
        _seconds(0, 3600),
        "seconds",
        "20",
        default="20",
        about="Each OLT's ONU states are read this often, to see outages; 0: never.",
    )
    diagnosis_keep_seconds: float = setting(
        _seconds(0, 3600), "seconds", "120", default="120", about="A line is not measured again within this time."
    )
    alarms_token: str = setting(
        _text,
        "any text",
        "escolha-um",
        default="",
        secret=True,
        about="Zabbix and Alertmanager send it with their alarms (bearer). Unset: alarms are refused.",
    )
    trap_port: int = setting(
        _integer(0, 65535), "0 to 65535", "1162", default="0", about="UDP port for SNMP traps; 0: no traps are taken."
    )
    trap_host: str = setting(_text, "an address", "192.0.2.10", default="127.0.0.1", about="Address that takes traps.")
    trap_community: str = setting(
        _text,
        "a community",
        "religa",
        default="",
        secret=True,
        about="Community that a trap must carry. Unset: all are refused.",
    )
    turn_debounce_seconds: float = setting(
        _seconds(0, 30), "seconds", "2", default="2", about="Messages closer together than this are one turn."
    )
    answer_limit_minutes: int = setting(
        _integer(1, 1440), "minutes", "15", default="15", about="An older message is shown to a person, not answered."
    )
    send_unknown_after_seconds: float = setting(
        _seconds(1, 3600), "seconds", "60", default="60", about="Wait for a status after a send without an answer."
    )
    identity_proof: str = setting(
        _choice("two_facts", "one_time_code"),
        "two_facts or one_time_code",
        "two_facts",
        default="two_facts",
        about="What proves who writes when the number is not in the customer base.",
    )
    web_processes: int = setting(_integer(1, 64), "1 to 64", "2", default="2", about="Processes of the web server.")
    web_threads: int = setting(_integer(1, 128), "1 to 128", "8", default="8", about="Threads of each.")
    console_streams: int = setting(
        _integer(0, 2000),
        "0 to 2000",
        "250",
        default="250",
        about="Open consoles that each web process tells what changes; further ones ask every two seconds.",
    )
    trusted_proxies: int = setting(
        _integer(0, 5), "0 to 5", "0", default="0", about="Reverse proxies in front whose X-Forwarded-* are believed."
    )
    log_json: bool = setting(_switch, "yes or no", "no", default="no", about="One JSON object per log line.")

    @property
    def simulated_channel(self) -> bool:
        """True when WhatsApp is played by the built-in simulator; never together with a real access token."""
        return not self.meta_access_token

    @property
    def simulated_gateway(self) -> bool:
        """True when payments come from the built-in bank; it is there only beside the simulated WhatsApp."""
        return self.simulated_channel and self.gateway == "simulator"

    @property
    def simulated_twilio(self) -> bool:
        """True when TWILIO_API_URL names the built-in stand-in; it is there only beside the simulated WhatsApp."""
        own = f"http://127.0.0.1:{self.port}/simulator/twilio"
        return self.simulated_channel and bool(self.twilio_account_sid) and self.twilio_api_url == own

    @property
    def graph_url(self) -> str:
        """Base address of the Graph API that this deployment talks to."""
        return f"http://127.0.0.1:{self.port}/simulator/graph" if self.simulated_channel else self.meta_graph_url

    @property
    def graph_token(self) -> str:
        """Access token for `graph_url`."""
        return self.meta_access_token or "simulator"


def environment_name(name: str) -> str:
    """The environment's name of a field."""
    return name.upper()


def load(
    environment: Mapping[str, str] | None = None,
    *,
    also: Callable[[Mapping[str, Any]], list[str]] = lambda read: [],
) -> Settings:
    """The settings, from the process environment unless one is given. Raises SettingsError with every problem.

    `also` finds the problems that only higher rooms know, in what could be read.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    problems: list[str] = []
    for item in fields(Settings):
        name, meta = environment_name(item.name), item.metadata
        try:
            text = _value(source, name, secret=meta["secret"])
        except OSError as error:
            problems.append(f"{name}_FILE: o arquivo não pôde ser lido ({error.strerror}).")
            continue
        if not text:
            text = meta["default"]
        if text is None:
            problems.append(f"{name}: faltando. Esperado: {meta['expected']}. Exemplo: {name}={meta['example']}")
            continue
        try:
            values[item.name] = meta["read"](text) if text or meta["default"] is None else text
        except ValueError:
            shown = "" if meta["secret"] else f" {text!r}"
            problems.append(
                f"{name}: valor inválido{shown}. Esperado: {meta['expected']}. Exemplo: {name}={meta['example']}"
            )
    problems += also(values)
    if problems:
        raise SettingsError(problems)
    values["public_url"] = values["public_url"] or f"http://{values['host']}:{values['port']}"
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _value(source: Mapping[str, str], name: str, *, secret: bool) -> str:
    if secret and not source.get(name) and source.get(f"{name}_FILE"):
        return Path(source[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
    return source.get(name, "")


def _check_together(settings: Settings) -> None:
    problems = []
    if settings.meta_access_token and not settings.meta_app_secret:
        problems.append("META_APP_SECRET: faltando. Esperado junto com META_ACCESS_TOKEN: o segredo do app da Meta.")
    if settings.twilio_account_sid and not (settings.twilio_auth_token and settings.twilio_from):
        problems.append("TWILIO_AUTH_TOKEN e TWILIO_FROM: esperados junto com TWILIO_ACCOUNT_SID.")
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret):
        problems.append("OIDC_CLIENT_ID e OIDC_CLIENT_SECRET: esperados junto com OIDC_ISSUER.")
    for name in ("twilio_api_url", "twilio_content_url", "oidc_issuer"):
        if getattr(settings, name) and not _safe_for_secrets(getattr(settings, name)):
            problems.append(f"{environment_name(name)}: https esperado; http só para 127.0.0.1.")
    if settings.radius_database_url and not settings.radius_secret:
        problems.append("RADIUS_SECRET: faltando. Esperado junto com RADIUS_DATABASE_URL. Exemplo: RADIUS_SECRET=...")
    if settings.trap_port and not settings.trap_community:
        problems.append("TRAP_COMMUNITY: faltando. Esperado junto com TRAP_PORT. Exemplo: TRAP_COMMUNITY=religa")
    problems += _transcription_problems(settings)
    if problems:
        raise SettingsError(problems)


def _safe_for_secrets(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in {"127.0.0.1", "::1", "localhost"}


def _transcription_problems(settings: Settings) -> list[str]:
    """An engine is named like the package that it needs; the package and the model are large, and come separately."""
    if not settings.transcription:
        return []
    problems = []
    if find_spec(settings.transcription) is None:
        problems.append(
            f"TRANSCRIPTION={settings.transcription}: o pacote não está instalado."
            " Rode: pip install -r requirements-voice.txt"
        )
    if not settings.transcription_model:
        problems.append("TRANSCRIPTION_MODEL: faltando. Esperado junto com TRANSCRIPTION: a pasta do modelo.")
    elif not (Path(settings.transcription_model) / "model.bin").is_file():
        problems.append(
            f"TRANSCRIPTION_MODEL: não há um modelo em {settings.transcription_model!r}."
            " Esperado: uma pasta com model.bin (formato CTranslate2). Exemplo: /srv/whisper-small"
        )
    return problems


def example() -> str:
    """The text of .env.example: every setting with what it is for, commented out where it has a default."""
    lines = ["# Settings of Religa. Every line can also be a variable of the environment, which wins.", ""]
    for item in fields(Settings):
        name, meta = environment_name(item.name), item.metadata
        lines.append(f"# {meta['about']} Expected: {meta['expected']}.")
        if meta["secret"]:
            lines.append(f"# Secret: {name}_FILE may name a file that holds it.")
        value = meta["default"] if meta["default"] else meta["example"]
        lines += [f"#{name}={value}", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(example(), end="")
