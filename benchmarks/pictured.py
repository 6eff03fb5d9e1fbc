"""What the pictures need beside an archive: awkward articles, an account, and saved searches that have found things.

All of it stands in a copy of the archive and a database of its own, both gone afterwards.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from archive.analysis import Analyser
from archive.engines import open_archive
from benchmarks.hosting import served
from dateline.app import create_app
from dateline.commands.options import embedder
from dateline.opening import gazetteer, open_preparer, open_service
from dateline.writing import Writer
from search_api.accounts.store import Accounts
from search_api.saved.database import Database, sqlite_url
from search_api.saved.matcher import Matcher
from search_api.saved.messages import Message
from search_api.saved.models import deliveries, saved_searches
from search_api.saved.outbox import Outbox
from search_api.saved.records import Alert
from search_api.saved.saving import SINGLE_OWNER, SavedSearches
from search_api.saved.store import Store, archive_id
from search_api.saved.webhook import Undelivered

__all__ = ["NAME", "PASSWORD", "Pictured", "pictured"]

NAME, PASSWORD = "Nadia Ferreira", "a password for pictures"
MODEL = "all-MiniLM-L6-v2"
BASE = "https://archive.example.org/"

PARAGRAPHS = (
    "The ferry to Odesa left the harbour at dawn, three hours late, and nobody aboard complained. Olena Marchenko, who "
    "runs the small café on its upper deck, had been told of the delay on 4 March 2024 and had baked twice as much.",
    "“You learn to wait,” she said. The United Nations inspectors who went with her to Kyiv and Lviv said the same, in "
    "other words and at greater length, in a report that took until 12 June 2024 and has 180 pages.",
    "What the report doesn't say is what the harbour looks like now. Two of the cranes stand. The third lies where it "
    "fell in September 2023, and gulls have taken it over; the harbour master has given up chasing them.",
    "In Warsaw, Berlin and Paris the same report was read for its last chapter, on grain. It says that a harvest that "
    "can't be shipped is a harvest lost, and that of 2023 was lost twice: once in the fields, once in the silos.",
)
AWKWARD = (
    {
        "id": "pictured-long",
        "title": "A harbour that waits: twelve months of ferries, inspectors, gulls and grain on the Black Sea coast",
        "body": "\n\n".join(PARAGRAPHS * 5),
        "published_at": "2024-06-30T09:30:00+02:00",
        "authors": ["Ines Carvalho", "Piotr Zawadzki", "Mary Ann Featherstonehaugh-Montgomery"],
        "section": "The long read",
        "language": "en",
        "url": "https://example.org/long-read",
    },
    {
        "id": "pictured-short",
        "title": "Ferry cancelled",
        "body": "No ferry sails today.",
        "published_at": "2024-03-04",
    },
    {
        "id": "pictured-right-to-left",
        "title": "العبّارة إلى أوديسا تبحر من جديد بعد شهور من الانتظار",
        "body": "أبحرت العبّارة من الميناء عند الفجر، بعد ثلاث ساعات من موعدها، ولم يتذمّر أحد من الركّاب.\n\n"
        "وقال مدير الميناء إن الرافعة الثالثة ما زالت حيث سقطت، وإن النوارس استقرّت فوقها منذ الخريف. "
        "أما الرافعتان الأخريان فقد عادتا إلى العمل في 12 حزيران 2024.\n\n"
        "Odesa ferry: كُتب الاسم على جانب السفينة بالحرفين العربي واللاتيني.",
        "published_at": "2024-06-12",
        "language": "ar",
        "source": "جريدة الميناء",
        "authors": ["ليلى حدّاد"],
    },
    {
        "id": "pictured-words-without-end",
        "title": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft hebt Fährpreise an",
        "body": "Die Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzgebungskommission in Berlin hat am "
        "3. Mai 2024 der Erhöhung zugestimmt. Olaf Scholz sprach von einem Kompromiss.",
        "published_at": "2024-05-03",
        "language": "de",
        "source": "Gemeinsames Amtsblatt der Arbeitsgemeinschaft der Binnenschifffahrtsverwaltungen und der "
        "Vereinigten Hafenmeistereien des unteren Donauraums, Ausgabe für Seelotsen, Fährleute und "
        "Schleusenwärter"[:200],
    },
)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A served application, and what its pages are found by."""

    address: str
    accounts: Accounts
    saved: int
    """The saved search that has found things and told of them."""
    quiet: int
    """One that has found nothing."""
    shared: str
    """The path of what was shared."""

    def admit(self) -> None:
        """Adds the account: from now on everybody logs in, and what was saved is its own."""
        self.accounts.add(NAME, PASSWORD, "admin")
        self.accounts.add("Piotr Zawadzki", PASSWORD, "editor")


@contextmanager
def pictured(archive: str) -> Iterator[Pictured]:
    with tempfile.TemporaryDirectory(prefix="pictured-") as folder:
        copy = str(Path(folder) / "archive")
        shutil.copytree(archive, copy)
        engine = open_archive(copy)
        encoder = embedder(MODEL)
        service = open_service(engine, copy, MODEL, lambda: encoder)
        Writer(engine, lambda: open_preparer(encoder, gazetteer(copy))).add(
            io.BytesIO("".join(json.dumps(article) + "\n" for article in AWKWARD).encode())
        )
        database = Database(sqlite_url(Path(folder) / "dateline.db"))
        database.migrate()
        store = Store(database, archive_id(engine.secret))
        saved = SavedSearches(service, store, _Post(), BASE)
        ids = _save(saved, Matcher(engine, store, Analyser()))
        accounts = Accounts(database)
        app = create_app(service, lambda: gazetteer(copy), saved=saved, accounts=accounts)
        link = store.share(SINGLE_OWNER, ids[0], on=True).share
        with served(app) as address:
            yield Pictured(address, accounts, ids[0], ids[-1], f"/shared/{link}")
        database.close()
        engine.close()


class _Post:
    """Takes what is sent to two places, and nothing elsewhere."""

    def send(self, alert: Alert, message: Message) -> None:
        if "broken" in alert.target:
            raise Undelivered("The server answered 503 Service Unavailable.")


def _save(saved: SavedSearches, matcher: Matcher) -> list[int]:
    """Searches that matched the whole archive as if they had been there before it, and what was told of it."""
    desk = saved.create(
        SINGLE_OWNER,
        [("q", "Kursk OR Kyiv"), ("exclude.source", "Harbour Post")],
        "Strikes across the border",
        "For the Thursday page.\nAsk Piotr about the earlier ones.",
    )
    others = [
        ([("q", "missile"), ("weapon", "Storm Shadow"), ("mode", "keyword")], "Storm Shadow, by name"),
        ([("q", "ferry harbour")], "Ferries"),
        ([("q", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft OR Fähr*")], ""),
        ([("q", "submarine cable"), ("mode", "keyword"), ("published", "2030")], "Cables, from 2030"),
    ]
    made = [desk, *(saved.create(SINGLE_OWNER, pairs, name) for pairs, name in others)]
    for kind, target, schedule in (
        ("webhook", "https://hooks.example.org/newsroom/desk", "at_once"),
        ("email", "nadia.ferreira@example.org", "weekly"),
        ("webhook", "https://broken.example.org/hook", "at_once"),
    ):
        given = {"kind": kind, "target": target, "schedule": schedule, "zone": "Europe/London"}
        saved.add_alert(SINGLE_OWNER, desk.id, given)
    database = saved.store.database
    with database.write() as connection:
        connection.execute(update(saved_searches).values(sequence=0, article="", began=0))
    list(matcher.steps())
    list(Outbox(saved.store, _Post(), BASE).steps())
    with database.write() as connection:  # the first that didn't arrive was given up, the others wait
        found = saved.alerts.deliveries(desk)
        lost = min(d.id for d in found if d.problem)
        given_up = {"state": "given_up", "finished": saved.store.now(), "attempts": 41, "next": None}
        connection.execute(update(deliveries).where(deliveries.c.id == lost).values(**given_up))
    latest = saved.store.matches(desk.id)
    saved.store.mark_seen(SINGLE_OWNER, desk.id, latest[min(3, len(latest) - 1)].id)
    saved.store.delete(SINGLE_OWNER, saved.create(SINGLE_OWNER, [("q", "grain")], "Grain, last year").id)
    return [search.id for search in made]
