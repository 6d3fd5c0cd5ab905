"""Builds the ports of each channel from the settings: sending, files, templates, the number's health, its record."""

from __future__ import annotations

from twilio.rest import Client

from core.db import Database
from core.http import make_session
from core.settings import Settings
from webhooks.channels import meta_inbound, twilio_inbound
from webhooks.channels.health_ports import NumberHealth
from webhooks.channels.meta import MetaChannel
from webhooks.channels.meta_health import MetaHealth
from webhooks.channels.meta_media import MetaMedia
from webhooks.channels.meta_templates import MetaTemplates
from webhooks.channels.ports import Channel, MediaSource
from webhooks.channels.template_ports import TemplateAdmin
from webhooks.channels.twilio import TwilioChannel
from webhooks.channels.twilio_client import make_client
from webhooks.channels.twilio_health import TwilioHealth
from webhooks.channels.twilio_media import TwilioMedia
from webhooks.channels.twilio_record import TwilioRecord
from webhooks.channels.twilio_templates import TwilioTemplates
from webhooks.simulator import ACCOUNT_ID as SIMULATED_ACCOUNT
from webhooks.stored_contents import StoredContents


def channels_of(settings: Settings, db: Database) -> dict[str, Channel]:
    """What sends, by channel."""
    channels: dict[str, Channel] = {
        meta_inbound.CHANNEL: MetaChannel(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            phone_number_id=settings.meta_phone_number_id,
            access_token=settings.graph_token,
            order_details=settings.meta_order_details,
        )
    }
    if settings.twilio_account_sid:
        channels[twilio_inbound.CHANNEL] = TwilioChannel(
            _twilio(settings),
            contents=StoredContents(db, twilio_inbound.CHANNEL),
            sender=settings.twilio_from,
            status_callback=f"{settings.public_url}/webhooks/twilio",
            messaging_service=settings.twilio_messaging_service_sid,
            language=settings.customer_language,
        )
    return channels


def asks_of(channel: Channel) -> frozenset[str]:
    """What the channel has a button for by which customers answer."""
    return frozenset(name for name in ("contact", "location") if f"{name}_request" in channel.kinds)


def media_sources(settings: Settings) -> dict[str, MediaSource]:
    """Where each channel keeps what customers sent."""
    sources: dict[str, MediaSource] = {
        meta_inbound.CHANNEL: MetaMedia(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            access_token=settings.graph_token,
        )
    }
    if settings.twilio_account_sid:
        sources[twilio_inbound.CHANNEL] = TwilioMedia(
            make_session(),
            api_url=settings.twilio_api_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
        )
    return sources


def number_healths(settings: Settings) -> dict[str, NumberHealth]:
    """Whom to ask how each number is doing."""
    healths: dict[str, NumberHealth] = {
        meta_inbound.CHANNEL: MetaHealth(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            phone_number_id=settings.meta_phone_number_id,
            access_token=settings.graph_token,
        )
    }
    if settings.twilio_account_sid:
        healths[twilio_inbound.CHANNEL] = TwilioHealth(
            make_session(),
            api_url=settings.twilio_api_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
        )
    return healths


def template_admins(settings: Settings) -> dict[str, TemplateAdmin]:
    """Who keeps the templates of each channel; none of those that are not set up for it."""
    admins: dict[str, TemplateAdmin] = {}
    account = SIMULATED_ACCOUNT if settings.simulated_channel else settings.meta_account_id
    if account:
        admins[meta_inbound.CHANNEL] = MetaTemplates(
            make_session(),
            graph_url=settings.graph_url,
            version=settings.meta_api_version,
            account_id=account,
            access_token=settings.graph_token,
        )
    if settings.twilio_account_sid:
        admins[twilio_inbound.CHANNEL] = TwilioTemplates(
            make_session(),
            content_url=settings.twilio_content_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
        )
    return admins


def twilio_record(settings: Settings) -> TwilioRecord | None:
    """Twilio's list of messages, where Twilio is set up."""
    if not settings.twilio_account_sid:
        return None
    return TwilioRecord(_twilio(settings), api_url=settings.twilio_api_url, sender=settings.twilio_from)


def _twilio(settings: Settings) -> Client:
    return make_client(
        make_session(),
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        api_url=settings.twilio_api_url,
        content_url=settings.twilio_content_url,
    )
