"""Webhooks and e-mail as they go out: signed, never to where they may not go, given up visibly."""

from __future__ import annotations

import datetime as dt
import socket
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from search_api.saved.addresses import is_public
from search_api.saved.mail import Mailer, Smtp
from search_api.saved.messages import Message
from search_api.saved.outbox import Patience
from search_api.saved.records import Match, Schedule
from search_api.saved.schedule import next_due
from search_api.saved.webhook import KEY, TIMESTAMP, Undelivered, Webhooks

from .receivers import Hook, MailServer

FOUND = dt.datetime(2024, 5, 2, 9, 30, tzinfo=dt.UTC)


def message(count: int = 1, *, name: str = "Bridges", test: bool = False) -> Message:
    matches = tuple(
        Match(i, 1, f"a/{i}", 7, FOUND, "words", None, f"Bridge {i}\ud800", None, "2024-05", "Wire")
        for i in range(1, min(count, 3) + 1)
    )
    link = "https://news.example/saved/1/matches?first=1&last=9"
    return Message("key-1", 1, name, count, matches, link, "https://news.example/", test=test)


@pytest.fixture
def receiver(hook: Hook) -> Hook:
    hook.forget()
    if not hook.is_up:
        hook.start()
    return hook


# ------------------------------------------------------------------------------------------------ webhooks
def test_a_webhook_is_signed_over_its_time_and_body(receiver: Hook) -> None:
    Webhooks(allow_private=True, now=lambda: 1_714_642_200.5).send(receiver.url, "secret", message(9))
    (key, body) = receiver.received[0]
    assert key == "key-1" and body["count"] == 9 and len(body["articles"]) == 3
    assert body["articles"][0]["page"] == "https://news.example/article/a%2F1"
    assert receiver.requests[0][0][TIMESTAMP] == "1714642200"
    assert receiver.signed_with("secret") and not receiver.signed_with("another")


@pytest.mark.parametrize(("status", "says"), [(500, "500"), (404, "404"), (302, "redirects aren't followed")])
def test_only_a_2xx_is_an_arrival(receiver: Hook, status: int, says: str) -> None:
    receiver.status, receiver.redirect = status, receiver.url
    with pytest.raises(Undelivered, match=says):
        Webhooks(allow_private=True).send(receiver.url, "secret", message())
    assert len(receiver.requests) == 1, "nobody is led anywhere"


def test_private_addresses_are_refused_before_anything_is_sent(receiver: Hook) -> None:
    webhooks = Webhooks(allow_private=False)
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1"):
        with pytest.raises(Undelivered, match=r"of this machine or of its own network|isn't known"):
            webhooks.send(f"http://{host}:{receiver.port}/hook", "secret", message())
    assert receiver.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.9.9", "192.168.1.1", "127.9.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "64:ff9b::a00:1", "2002:a00:1::", "192.0.2.1",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_public_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"]
)
def test_what_is_one(address: str) -> None:
    assert is_public(address)


def test_a_name_is_looked_up_once_and_that_address_is_connected_to(
    receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: a name that is public when it is checked and private a moment later."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked: list[str] = []

    def resolver(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = host if host[0].isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, receiver.port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    connected: list[str] = []

    def refuse(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(Undelivered, match="nothing answers"):
        Webhooks(allow_private=False).send(f"http://rebinding.example:{receiver.port}/", "s", message())
    assert asked.count("rebinding.example") == 1
    assert connected == ["93.184.216.34"] and receiver.requests == []


def test_nothing_there_is_a_sentence(receiver: Hook) -> None:
    receiver.stop()
    with pytest.raises(Undelivered, match="nothing answers there"):
        Webhooks(allow_private=True).send(receiver.url, "secret", message())
    with pytest.raises(Undelivered, match="isn't known"):
        Webhooks(allow_private=True).send("http://no-such-host.invalid/", "secret", message())


# ------------------------------------------------------------------------------------------------ e-mail
def test_a_mail_says_how_many_and_links_to_all(mail_server: MailServer) -> None:
    mail_server.mails.clear()
    mailer = Mailer(Smtp("127.0.0.1", mail_server.port, "none", "", "", "dateline@news.example"))
    mailer.send("desk@example.org", message(1_234, name="Bridges\r\nBcc: all@example.org"))
    (mail,) = mail_server.mails
    assert mail["Subject"] == "Bridges Bcc: all@example.org: 1,234 new articles"
    assert mail["Bcc"] is None and mail["To"] == "desk@example.org"
    assert mail["Message-ID"] == "<key-1@news.example>" and mail[KEY] == "key-1"
    text = mail.get_content()
    assert "1,231 more" in text and message().link in text and "https://news.example/article/a%2F2" in text


def test_what_a_mail_server_says_is_told(mail_server: MailServer) -> None:
    mail_server.refuse = True
    try:
        with pytest.raises(Undelivered, match="451: Come back later"):
            Mailer(Smtp("127.0.0.1", mail_server.port, "none", "", "", "a@b.example")).send("c@d.example", message())
    finally:
        mail_server.refuse = False
    with pytest.raises(Undelivered, match="can't be reached"):
        Mailer(Smtp("127.0.0.1", 1, "none", "", "", "a@b.example")).send("c@d.example", message())
    with pytest.raises(Undelivered, match="DATELINE_SMTP_HOST"):
        Mailer(None).send("c@d.example", message())


# ------------------------------------------------------------------------------------------------ time
@pytest.mark.parametrize(
    ("schedule", "zone", "after", "due"),
    [
        ("hourly", "UTC", "2024-05-02T09:00:00", "2024-05-02T10:00:00"),
        ("daily", "UTC", "2024-05-02T08:00:00", "2024-05-03T08:00:00"),
        ("daily", "Europe/London", "2024-05-02T06:59:00", "2024-05-02T07:00:00"),
        ("daily", "Europe/London", "2024-12-02T07:30:00", "2024-12-02T08:00:00"),
        ("daily", "Pacific/Auckland", "2024-05-02T19:00:00", "2024-05-02T20:00:00"),
        ("weekly", "UTC", "2024-05-02T09:00:00", "2024-05-06T08:00:00"),
        ("weekly", "America/New_York", "2024-05-06T13:00:00", "2024-05-13T12:00:00"),
    ],
)
def test_a_digest_is_due_by_its_owners_clock(schedule: Schedule, zone: str, after: str, due: str) -> None:
    moment = dt.datetime.fromisoformat(after).replace(tzinfo=dt.UTC)
    assert next_due(schedule, zone, 8, 1, moment) == dt.datetime.fromisoformat(due).replace(tzinfo=dt.UTC)


def test_when_clocks_change_every_day_has_one_digest() -> None:
    for zone, hour in (("Europe/London", 1), ("America/New_York", 2), ("Australia/Lord_Howe", 2)):
        moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        days = []
        for _ in range(366):
            due = next_due("daily", zone, hour, 1, moment)
            assert due is not None and due > moment
            days.append(due.astimezone(ZoneInfo(zone)).date())
            moment = due
        assert len(set(days)) == 366 and (days[-1] - days[0]).days == 365


def test_waiting_doubles_up_to_a_limit_and_is_never_the_same() -> None:
    patience = Patience()
    waits = [patience.wait(n) for n in range(1, 12)]
    assert dt.timedelta(seconds=30) <= waits[0] <= dt.timedelta(seconds=45)
    assert dt.timedelta(minutes=4) <= waits[3] <= dt.timedelta(minutes=6)
    assert all(dt.timedelta(hours=2) <= w <= dt.timedelta(hours=3) for w in waits[9:])
    assert len({patience.wait(1) for _ in range(5)}) > 1
