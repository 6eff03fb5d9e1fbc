"""Who may use a service that has no accounts yet: on this machine its one user, from elsewhere nobody."""

from __future__ import annotations

import shlex

from archive.engines import shown
from archive.errors import ParameterError
from dateline.secret_files import read_secret
from dateline.settings import Settings, SettingsError
from search_api.accounts.store import Accounts, User
from search_api.origin import is_loopback

__all__ = ["FIRST", "first_account"]

FIRST = "admin"
"""The name of the account whose password lies in a file."""
SETTING = "admin_password_file"


def first_account(settings: Settings, accounts: Accounts) -> User | None:
    """Makes the first account by the setting `admin_password_file`, where there is none; None where it made nothing.

    Raises SettingsError where the service would be open to whoever reaches it, or the file holds no password.
    """
    if accounts.any():
        return None
    add = f"dateline user add NAME --role admin --archive {shlex.quote(shown(settings.archive))}"
    if settings.admin_password_file is None:
        if is_loopback(settings.host):
            return None
        raise SettingsError(
            f"Whoever reaches {settings.host or 'this machine'} could read and change everything, because there is no "
            f"account yet: add one with `{add}`, or name a file with the first admin's password in "
            "DATELINE_ADMIN_PASSWORD_FILE."
        )
    cure = f"name a file that holds the first admin's password, or add an account with `{add}`"
    password = read_secret(settings.admin_password_file, SETTING, cure)
    try:
        return accounts.add(FIRST, password, "admin")
    except ParameterError as error:
        if error.name == "name":  # another machine's service, over the same database, was quicker
            return None
        raise SettingsError(f"DATELINE_ADMIN_PASSWORD_FILE={settings.admin_password_file}: {error.message}") from None
