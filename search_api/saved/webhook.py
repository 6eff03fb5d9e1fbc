"""Webhooks: a signed POST that is sent until it is received."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from ipaddress import ip_address

import httpx

from search_api.http import json_bytes
from search_api.saved.addresses import AddressError, resolve
from search_api.saved.messages import Message

__all__ = ["KEY", "SIGNATURE", "TIMESTAMP", "Undelivered", "Webhooks", "signature"]

KEY, TIMESTAMP, SIGNATURE = "Idempotency-Key", "Dateline-Timestamp", "Dateline-Signature"
TIMEOUT = 10.0
"""Seconds for a connection, and for an answer."""


class Undelivered(Exception):
    """Why a message didn't arrive: a sentence for its owner."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of the timestamp, a full stop and the body."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


class Webhooks:
    """Sends webhooks; safe to share between threads."""

    def __init__(self, *, allow_private: bool, now: Callable[[], float] = time.time) -> None:
        self._allow_private = allow_private
        self._now = now
        # Connections aren't kept: the next one to the same address may be for another name.
        self._client = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def send(self, url: str, secret: str, message: Message) -> None:
        """Raises Undelivered unless the receiver answers with a 2xx."""
        body = json_bytes(message.to_json())
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Dateline",
            KEY: message.key,
            TIMESTAMP: timestamp,
            SIGNATURE: signature(secret, timestamp, body),
        }
        status = self._post(url, headers, body)
        if 300 <= status < 400:
            raise Undelivered(f"It answered {status}, and redirects aren't followed: give the address it points to.")
        if not 200 <= status < 300:
            raise Undelivered(f"It answered {status}.")

    def close(self) -> None:
        self._client.close()

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            target = httpx.URL(url)
            port = target.port or (443 if target.scheme == "https" else 80)
            addresses = resolve(target.host, port, allow_private=self._allow_private)
            for last, address in zip([*[False] * (len(addresses) - 1), True], addresses, strict=True):
                try:
                    return self._connect(target, address, headers, body)
                except httpx.ConnectError:
                    if last:
                        raise
        except AddressError as error:
            raise Undelivered(str(error)) from None
        except httpx.TimeoutException:
            raise Undelivered(f"It didn't answer within {TIMEOUT:.0f} s.") from None
        except httpx.InvalidURL:
            raise Undelivered("The address is no URL.") from None
        except httpx.ConnectError:
            raise Undelivered("No connection: nothing answers there.") from None
        except httpx.HTTPError as error:
            raise Undelivered(f"The connection broke ({type(error).__name__}).") from None
        raise Undelivered("The host has no address.")

    def _connect(self, target: httpx.URL, address: str, headers: dict[str, str], body: bytes) -> int:
        """To the very address that was checked, under the name that was given."""
        request = self._client.build_request(
            "POST",
            target.copy_with(host=address),
            content=body,
            headers={**headers, "Host": target.netloc.decode("ascii")},
            extensions={} if _is_address(target.host) else {"sni_hostname": target.raw_host.decode("ascii")},
        )
        # What it says besides the status is of no use: it isn't read.
        answer = self._client.send(request, stream=True)
        answer.close()
        return answer.status_code


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
