"""How messages leave the house: by the kind of the alert."""

from __future__ import annotations

from search_api.saved.mail import Mailer
from search_api.saved.messages import Message
from search_api.saved.records import Alert
from search_api.saved.webhook import Webhooks

__all__ = ["Senders"]


class Senders:
    """Webhooks and e-mail; safe to share between threads."""

    def __init__(self, webhooks: Webhooks, mailer: Mailer) -> None:
        self._webhooks = webhooks
        self._mailer = mailer

    def send(self, alert: Alert, message: Message) -> None:
        """Raises Undelivered."""
        if alert.kind == "webhook":
            self._webhooks.send(alert.target, alert.secret, message)
        else:
            self._mailer.send(alert.target, message)
