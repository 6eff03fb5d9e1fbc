"""Alerts by e-mail: one message for one delivery, with the same Message-ID however often it is sent."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal
from urllib.parse import urlsplit

from search_api.saved.messages import Message, match_json
from search_api.saved.webhook import KEY, Undelivered

__all__ = ["Mailer", "Security", "Smtp", "is_address"]

Security = Literal["none", "starttls", "tls"]
TIMEOUT = 20.0
"""Seconds for each answer of the server."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes the mail."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address, by its form."""
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError):
        return False
    return bool(address.username and "." in address.domain and text.isascii() and not set(text) & set("\r\n ,;<>"))


class Mailer:
    """Sends e-mail; without a server, it says so."""

    def __init__(self, smtp: Smtp | None) -> None:
        self._smtp = smtp

    def send(self, target: str, message: Message) -> None:
        """Raises Undelivered unless the server takes it."""
        smtp = self._smtp
        if smtp is None:
            raise Undelivered("There is no mail server: whoever runs the service sets DATELINE_SMTP_HOST.")
        try:
            mail = written(message, smtp.sender, target)
            context = ssl.create_default_context()
            if smtp.security == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=TIMEOUT, context=context)
            else:
                server = smtplib.SMTP(smtp.host, smtp.port, timeout=TIMEOUT)
            with server:
                if smtp.security == "starttls":
                    server.starttls(context=context)
                if smtp.user:
                    server.login(smtp.user, smtp.password)
                server.send_message(mail)
        except smtplib.SMTPResponseException as error:
            said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else ""
            raise Undelivered(f"The mail server answered {error.smtp_code}: {said[:200]}") from None
        except smtplib.SMTPRecipientsRefused:
            raise Undelivered(f"The mail server refuses the address {target}.") from None
        except smtplib.SMTPException as error:
            raise Undelivered(f"The mail server doesn't take it ({type(error).__name__}).") from None
        except ValueError:
            raise Undelivered(f"{target!r} is no address that mail can be sent to.") from None
        except OSError:
            raise Undelivered(f"The mail server {smtp.host}:{smtp.port} can't be reached.") from None


def written(message: Message, sender: str, target: str) -> EmailMessage:
    """The mail: how many, the articles with their links, and the link to all of them."""
    mail = EmailMessage()
    articles = f"{message.count:,} new article{'' if message.count == 1 else 's'}"
    subject = f"Test of your alert: {message.name}" if message.test else f"{message.name}: {articles}"
    mail["Subject"] = " ".join(subject.split())
    mail["From"], mail["To"] = sender, target
    mail["Date"] = formatdate(message.matches[-1].found.timestamp() if message.matches else None)
    host = urlsplit(message.base).hostname or "localhost"
    mail["Message-ID"] = f"<{message.key}@{host}>"
    mail[KEY] = message.key
    mail["Auto-Submitted"] = "auto-generated"
    lines = [f"{articles} for “{message.name}”", ""]
    if message.test:
        lines = ["This is a test: alerts for this search reach you.", ""]
    for match in message.matches:
        about = " · ".join(part for part in (match.source, (match.published or "")[:10]) if part)
        lines += [match.title, *([about] if about else []), str(match_json(match, message.base)["page"]), ""]
    if message.count > len(message.matches):
        lines += [f"... and {message.count - len(message.matches):,} more.", ""]
    lines += [f"All of them: {message.link}", ""]
    text = "\n".join(lines).encode("utf-8", "replace").decode()
    mail.set_content(text, cte="quoted-printable")
    return mail
