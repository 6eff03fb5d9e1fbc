"""The page of one's account: admins see everybody's, nobody else does; errors name the field by its label."""

from __future__ import annotations

import re

from search_api.accounts.store import Accounts

from .conftest import PASSWORD, Make


def test_admins_see_who_has_an_account(knock: Make, accounts: Accounts) -> None:
    reader, admin = knock("reader", name="ann <b>"), knock("admin", name="zoe")
    gone = accounts.add("bob", PASSWORD, "editor")
    accounts.disable(gone)
    page = admin.get("/account", headers={"accept": "text/html"}).text
    assert "Everybody's accounts" in page and "ann &lt;b&gt;" in page and "reader since" in page
    assert re.search(r"bob</h2><p class=\"about\">editor since [^,]+, disabled since", page)
    assert "Everybody's accounts" not in reader.get("/account", headers={"accept": "text/html"}).text


def test_a_wrong_password_is_told_by_the_label_of_its_field(knock: Make) -> None:
    client = knock("reader")
    csrf = client.headers["x-csrf-token"]
    answer = client.post("/account/password", data={"csrf": csrf, "old": "wrong password", "new": PASSWORD + "!"})
    assert answer.status_code == 422 and "The old password: this isn" in answer.text
