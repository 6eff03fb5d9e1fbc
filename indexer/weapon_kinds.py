"""Words for kinds of weapons: what a class is called in the news, and which words prove a name of that class."""

from __future__ import annotations

from functools import cache

__all__ = ["ALL_KINDS", "PLAIN_KINDS", "PREFIXES", "WARSHIPS", "class_of_kind", "is_ship", "kinds_of", "makers_belong"]

_FLYING = (
    "aircraft airplane airplanes plane planes jet jets fighter fighters bomber bombers "
    "warplane warplanes airlifter airlifters spyplane spyplanes trainer trainers transport tanker tankers gunship "
    "gunships squadron squadrons airframe airframes nightfighter biplane seaplane seaplanes"
)
_HELICOPTERS = "helicopter helicopters chopper choppers gunship gunships rotorcraft tiltrotor aircraft"
_VEHICLES = (
    "tank tanks vehicle vehicles apc apcs ifv ifvs mrap mraps armor armour armored armoured carrier carriers truck "
    "trucks afv afvs transporter transporters"
)
_GUNS = (
    "rifle rifles gun guns pistol pistols handgun handguns revolver revolvers carbine carbines shotgun shotguns "
    "machinegun machineguns submachine submachinegun submachineguns sniper firearm firearms weapon weapons sidearm "
    "sidearms musket muskets cartridge cartridges ammunition assault semiautomatic"
)
_MISSILES = (
    "missile missiles rocket rockets launcher launchers battery batteries interceptor interceptors warhead warheads "
    "projectile projectiles icbm icbms slbm slbms manpads sam sams atgm atgms system systems munition munitions "
    "defense defence weapon weapons surface anti antiaircraft antitank "
    "antiship shoulder ballistic radar radars warships"
)
_ARTILLERY = (
    "howitzer howitzers artillery gun guns cannon cannons mortar mortars launcher launchers rocket rockets shell "
    "shells projectile projectiles salvo salvos battery batteries mlrs system systems"
)
_BOMBS = "bomb bombs munition munitions warhead warheads grenade grenades mine mines torpedo torpedoes glide shells"
_DRONES = (
    "drone drones uav uavs ucav ucavs usv usvs munition munitions loitering unmanned uncrewed aircraft quadcopter "
    "quadcopters kamikaze"
)
_SHIPS = (
    "ship ships warship warships carrier carriers destroyer destroyers frigate frigates cruiser cruisers corvette "
    "corvettes submarine submarines sub subs boat boats vessel vessels battleship battleships minesweeper "
    "minesweepers minehunter minehunters cutter cutters gunboat gunboats flagship icebreaker icebreakers landing "
    "amphibious dreadnought"
)
_OTHER = "radar radars jammer jammers system systems gas agent vehicle vehicles weapon weapons station stations"

_GROUPS = {
    "aircraft": _FLYING, "bomber": _FLYING, "gunship": _FLYING, "helicopter": _HELICOPTERS,
    "tank": _VEHICLES, "vehicle": _VEHICLES, "carrier": _VEHICLES, "car": _VEHICLES, "truck": _VEHICLES,
    "rifle": _GUNS, "pistol": _GUNS, "gun": _GUNS, "carbine": _GUNS, "revolver": _GUNS, "shotgun": _GUNS,
    "missile": _MISSILES, "defence": _MISSILES, "rocket": _MISSILES, "interceptor": _MISSILES,
    "flamethrower": _MISSILES,
    "launcher": f"{_ARTILLERY} {_MISSILES}", "howitzer": _ARTILLERY, "mortar": _ARTILLERY, "shell": _ARTILLERY,
    "bomb": _BOMBS, "grenade": _BOMBS, "mine": _BOMBS, "torpedo": _BOMBS, "kit": _BOMBS,
    "drone": _DRONES, "munition": _DRONES,
}  # fmt: skip
"""The last word of a class that is a key here gives its kinds: `main battle tank`."""

WARSHIPS = {
    "aircraft carrier": "aircraft carrier", "supercarrier": "aircraft carrier", "destroyer": "destroyer",
    "frigate": "frigate", "cruiser": "cruiser", "battlecruiser": "cruiser", "corvette": "corvette",
    "submarine": "submarine", "battleship": "battleship", "warship": "warship", "flagship": "warship",
    "minesweeper": "minesweeper", "minehunter": "minesweeper", "gunboat": "patrol vessel",
    "patrol boat": "patrol vessel", "patrol ship": "patrol vessel", "patrol vessel": "patrol vessel",
    "missile boat": "missile boat", "missile ship": "corvette", "landing ship": "landing ship",
    "assault ship": "amphibious assault ship", "dock ship": "landing ship", "hospital ship": "hospital ship",
    "spy ship": "intelligence ship", "reconnaissance ship": "intelligence ship", "cutter": "patrol vessel",
    "icebreaker": "icebreaker", "dreadnought": "battleship", "transport dock": "landing ship",
    "combat ship": "littoral combat ship", "support ship": "auxiliary ship", "supply ship": "auxiliary ship",
}  # fmt: skip
"""What a ship of war is called (singular) -> the class of a ship with such a word beside its name."""
PREFIXES = frozenset(
    "uss hms hmas hmcs hmnzs usns uscgc roks hnlms hdms hswms hnoms ins tcg brp kri pns rfa fs its esps iris bap orp "
    "js fgs nrp rss kd cns bns ara sas rocs slns".split()
)
"""Forms of the prefixes of ships' names."""
_SHIPLY = ("ship", "boat", "vessel", "submarine", "frigate", "corvette", "cruiser", "destroyer", "cutter", "sweeper",
           "minehunter", "minelayer", "icebreaker", "landing craft", "auxiliary")  # fmt: skip

ALL_KINDS = frozenset(
    " ".join((_FLYING, _HELICOPTERS, _VEHICLES, _GUNS, _MISSILES, _ARTILLERY, _BOMBS, _DRONES, _SHIPS, _OTHER)).split()
) | frozenset("class fighting cruise attack combat battle main automatic cargo spy stealth nuclear".split())

PLAIN_KINDS = {
    "aircraft": "aircraft", "plane": "aircraft", "jet": "fighter aircraft", "fighter": "fighter aircraft",
    "bomber": "bomber", "warplane": "combat aircraft",
    "helicopter": "helicopter", "gunship": "gunship", "tank": "main battle tank", "vehicle": "armoured vehicle",
    "apc": "armoured personnel carrier", "rifle": "rifle", "carbine": "rifle", "pistol": "pistol",
    "handgun": "pistol", "revolver": "revolver", "shotgun": "shotgun", "machinegun": "machine gun",
    "gun": "gun", "missile": "missile", "interceptor": "surface-to-air missile", "rocket": "rocket",
    "launcher": "launcher", "howitzer": "howitzer", "mortar": "mortar", "cannon": "gun", "shell": "shell",
    "torpedo": "torpedo", "bomb": "bomb", "grenade": "hand grenade", "mine": "mine", "drone": "drone", "uav": "drone",
    "radar": "radar", "trainer": "trainer aircraft", "submachinegun": "submachine gun", "icbm": "ballistic missile",
}  # fmt: skip
"""A kind of weapon beside an unknown designation (singular) -> the class it gives."""


@cache
def kinds_of(class_name: str) -> frozenset[str]:
    """Forms of words that, beside a name, tell a weapon of this class; every kind for a class not known here."""
    if is_ship(class_name):
        return frozenset(_SHIPS.split())
    words = class_name.split()
    group = next((_GROUPS[word] for word in reversed(words) if word in _GROUPS), "")
    if "electronic" in words or "radar" in words:
        group = _OTHER
    return frozenset(group.split()) | frozenset(class_name.split())


def is_ship(class_name: str | None) -> bool:
    """Whether it is a class of ships: these have the names of people and places."""
    name = class_name or ""
    return name.endswith(_SHIPLY) or (
        name.endswith("carrier") and not name.endswith(("personnel carrier", "mortar carrier"))
    )


def class_of_kind(word: str) -> str | None:
    """The class that a kind of weapon beside an unknown designation gives it: `planes` -> aircraft."""
    return PLAIN_KINDS.get(word) or PLAIN_KINDS.get(word.removesuffix("s")) or PLAIN_KINDS.get(word.removesuffix("es"))


def makers_belong(class_name: str | None) -> bool:
    """Whether a maker's name is a part of the weapon's own, as with firearms (`Colt Cobra`)."""
    return class_name is not None and _GROUPS.get(class_name.rpartition(" ")[2]) is _GUNS
