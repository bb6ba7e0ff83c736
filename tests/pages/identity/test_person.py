"""Who somebody is and what they may: rules, sign-ins, configuration, a trial."""

import itertools
import re
from dataclasses import dataclass

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from kpi.collection.workflow import RULES, Action, may
from kpi.people import Role
from kpi.place import Place
from loaders.store.commands import revoke
from pages.parts import framework
from pages.parts.app import identity, sign_in, trial_identity
from pages.parts.app.sign_in import Setup, SignIn, Standing, person_by
from tests.pages.identity.kit import CLAIMS, HOUR, NOW, PEOPLE, rule


@dataclass
class Kept:
    """A store as far as sign-ins ask it."""

    rules: tuple = ()
    ended: frozenset = frozenset()
    number = itertools.count()

    def __hash__(self):
        return id(self)

    def revision(self):
        return str(next(self.number))

    def memberships(self):
        return self.rules

    def is_revoked(self, session_id):
        return session_id in self.ended

    def do(self, act, who, session_id):
        assert act is revoke
        self.ended |= {session_id}


@pytest.fixture
def kept(monkeypatch):
    kept = Kept()
    monkeypatch.setattr(sign_in, "store", lambda: kept)
    monkeypatch.setattr(sign_in, "providers", lambda: {"default": {"client_id": "kpi", "label": ""}})
    monkeypatch.delenv("KPI_SESSION_HOURS", raising=False)
    monkeypatch.delenv("KPI_FIRST_ADMIN", raising=False)
    return kept


# --- whom claims make a person -------------------------------------------------------------------------------------


def test_nobody_is_a_person_without_a_rule_or_the_configuration():
    signed = SignIn.of(CLAIMS)
    assert person_by(signed, ()) is None
    assert person_by(signed, [rule("mail", "taro@pref.example", "admin")]) is None
    assert person_by(signed, [rule("mail", "", "admin"), rule("phone", "*", "admin")]) is None


@pytest.mark.parametrize(
    ("claim", "pattern"),
    [
        ("mail", "hanako@PREF.example"),
        ("mail", "*@pref.example"),
        ("name", "青森 花子"),
        ("group", "DX推進課"),
        ("group", "dx*"),
    ],
)
def test_a_rule_matches_by_mail_name_or_group_whatever_the_case(claim, pattern):
    assert person_by(SignIn.of(CLAIMS), [rule(claim, pattern, "secretariat")]).role is Role.SECRETARIAT


def test_of_several_rules_the_highest_role_wins_and_departments_are_united():
    rules = [
        rule("mail", "*@pref.example", "reader"),
        rule("group", "DX推進課", "department", ("land",)),
        rule("name", "青森*", "department", ("planning",)),
    ]
    who = person_by(SignIn.of(CLAIMS), rules)
    assert (who.role, who.departments) == (Role.DEPARTMENT, {"land", "planning"})
    assert person_by(SignIn.of(CLAIMS), [*rules, rule("mail", "*", "admin")]).role is Role.ADMIN


def test_a_reader_s_rule_gives_no_department_and_a_narrow_rule_narrows_no_wide_one():
    narrow = rule("mail", "*", "department", ("land",), ("land/road",))
    assert person_by(SignIn.of(CLAIMS), [narrow]).divisions == {"land/road"}
    wide = person_by(SignIn.of(CLAIMS), [narrow, rule("name", "青森*", "department", ("land",))])
    assert wide.divisions == frozenset()
    assert wide.answers_for("land", "bridge")
    odd = [rule("mail", "*", "reader", ("planning",)), narrow]
    assert person_by(SignIn.of(CLAIMS), odd).departments == {"land"}


def test_the_first_administrator_is_named_in_the_configuration():
    assert person_by(SignIn.of(CLAIMS), (), "hanako@pref.example").role is Role.ADMIN
    assert person_by(SignIn.of(CLAIMS), (), "other@pref.example") is None
    assert person_by(SignIn.of({**CLAIMS, "email": ""}), (), "") is None


def test_only_a_mail_address_that_the_provider_stands_for_counts():
    for word in (False, None, "true", "True", 1, [True], "yes"):
        assert SignIn.of({**CLAIMS, "email_verified": word}).mail == "", word
    assert SignIn.of({k: v for k, v in CLAIMS.items() if k != "email_verified"}).mail == ""
    chosen = SignIn.of({**CLAIMS, "email": None, "preferred_username": "boss@pref.example"})
    assert chosen.mail == ""
    assert SignIn.of({**CLAIMS, "email_verified": False, "upn": "H@pref.example"}).mail == "h@pref.example"
    assert SignIn.of({**CLAIMS, "email": None, "upn": "H@pref.example"}).mail == "h@pref.example"
    assert SignIn.of({**CLAIMS, "groups": None, "group": "総務課"}).groups == {"総務課"}


@pytest.mark.parametrize(
    "address",
    [
        "boss\u212a@pref.example",  # the Kelvin sign, which folds to k
        "ｂoss@pref.example", "boß@pref.example", "bo\u0131s@pref.example", "böss@pref.example",
        "boss@pref.examp\u217ce",
        "boss@pref.example,x@elsewhere.example", "boss@pref.example\n", "x@elsewhere.example\r\nboss@pref.example",
        "boss@pref.example x@elsewhere.example", "<boss@pref.example>", '"boss"@pref.example', "boss@@pref.example",
        "boss@pref.example;x@y.example", "boss", "@pref.example", "boss@", "a..b@pref.example",
    ],
)  # fmt: skip
def test_an_address_is_one_ascii_address_or_none(monkeypatch, address):
    if address.strip() == "boss@pref.example":
        assert SignIn.of({**CLAIMS, "email": address}).mail == "boss@pref.example"
        return
    assert SignIn.of({**CLAIMS, "email": address}).mail == SignIn.of({**CLAIMS, "email": "", "upn": address}).mail == ""
    monkeypatch.setenv("KPI_FIRST_ADMIN", address)
    assert sign_in.first_admin() == ""


@pytest.mark.parametrize(
    ("claim", "pattern", "said", "fits"),
    [
        ("mail", "*@pref.example", "hanako@pref.example", True),
        ("mail", "hanak?@pref.example", "hanako@pref.example", True),
        ("mail", "HANAKO@PREF.EXAMPLE", "hanako@pref.example", True),
        ("mail", "[a-z]*@pref.example", "hanako@pref.example", False),
        ("mail", "hanako@pref[.]example", "hanako@pref.example", False),
        ("mail", "hanako@prefxexample", "hanako@pref.example", False),
        ("mail", "hanako@pref.example", "hanako@prefxexample", False),
        ("mail", "?@pref.example", "hanako@pref.example", False),
        ("mail", "\u212aato@pref.example", "kato@pref.example", False),
        ("group", "[係]*", "係長", False),
        ("group", "[係]*", "[係]全員", True),
        ("group", "[!x]", "a", False),
        ("group", "DX(推進)課", "DX(推進)課", True),
        ("group", "課|*", "総務", False),
        ("group", "^課$", "課", False),
        ("group", ".*", "課", False),
        ("group", "\\*", "\\課", True),
        ("name", "青森?花子", "青森\n花子", True),
        ("name", "青森 ?", "青森 花子", False),
        ("name", "a**********************b", "a" * 60, False),
    ],
)
def test_a_pattern_knows_the_star_and_the_question_mark_and_nothing_else(claim, pattern, said, fits):
    signed = SignIn("", "", said if claim == "mail" else "", said if claim == "name" else "", frozenset({said}))
    assert (person_by(signed, [rule(claim, pattern, "reader")]) is not None) is fits


# --- what a sign-in is worth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "worth"),
    [
        ({}, Standing.VALID),
        ({"is_logged_in": False}, Standing.ABSENT),
        ({"exp": NOW}, Standing.EXPIRED),
        ({"exp": None}, Standing.EXPIRED),
        ({"iat": "yesterday"}, Standing.EXPIRED),
        ({"iat": True}, Standing.EXPIRED),
        ({"iat": NOW + 600}, Standing.EXPIRED),
        ({"iat": NOW - 10 * HOUR - 1, "exp": NOW + 30 * 24 * HOUR}, Standing.EXPIRED),
        ({"iat": NOW - 9 * HOUR}, Standing.VALID),
        ({"aud": "other"}, Standing.FOREIGN),
        ({"aud": "other", "azp": "kpi"}, Standing.FOREIGN),
        ({"aud": ["kpi"]}, Standing.VALID),
        ({"aud": ["kpi", "other"]}, Standing.FOREIGN),
        ({"aud": ["kpi", "other"], "azp": "kpi"}, Standing.VALID),
        ({"aud": None}, Standing.FOREIGN),
        ({"iss": ""}, Standing.FOREIGN),
        ({"sub": None}, Standing.FOREIGN),
        ({"provider": "gone"}, Standing.FOREIGN),
    ],
)
def test_every_claim_that_limits_a_sign_in_is_looked_at(kept, change, worth):
    assert sign_in.standing({**CLAIMS, **change}, NOW) is worth


def test_a_named_issuer_is_the_only_one(kept, monkeypatch):
    section = {"client_id": "kpi", "issuer": "https://other.example"}
    monkeypatch.setattr(sign_in, "providers", lambda: {"default": section})
    assert sign_in.standing(CLAIMS, NOW) is Standing.FOREIGN
    section["issuer"] = CLAIMS["iss"]
    assert sign_in.standing(CLAIMS, NOW) is Standing.VALID


@pytest.mark.parametrize(
    ("hours", "seconds"), [("8", 8 * HOUR), ("", 36000), ("0", 36000), ("nan", 36000), ("x", 36000)]
)
def test_the_longest_age_can_be_set_and_never_be_endless(monkeypatch, hours, seconds):
    monkeypatch.setenv("KPI_SESSION_HOURS", hours)
    assert sign_in.longest_seconds() == seconds


def test_signing_out_ends_this_sign_in_and_no_other_of_the_same_person(kept, monkeypatch):
    monkeypatch.setattr(sign_in.time, "time", lambda: NOW)
    again = {**CLAIMS, "nonce": "n2"}
    sign_in.end(CLAIMS)
    assert sign_in.standing(dict(CLAIMS), NOW) is Standing.REVOKED
    assert sign_in.standing(again, NOW) is Standing.VALID


def test_what_is_no_sign_in_cannot_fill_the_list_of_ended_ones(kept):
    sign_in.end({**CLAIMS, "aud": "other"})
    assert kept.ended == frozenset()


# --- configuration -------------------------------------------------------------------------------------------------

SOUND = """[auth]
redirect_uri = "https://kpi.pref.example/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "kpi"
client_secret = "s"
server_metadata_url = "https://id.pref.example/.well-known/openid-configuration"
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (None, Setup.NONE),
        ("[other]\nkey = 1\n", Setup.NONE),
        (SOUND, Setup.READY),
        ("[auth\n", Setup.BROKEN),
        ("[auth]\n", Setup.BROKEN),
        (SOUND.replace('client_secret = "s"\n', ""), Setup.BROKEN),
        (SOUND.replace("0123456789abcdef0123", "short"), Setup.BROKEN),
        (SOUND.replace("https://kpi", "kpi"), Setup.BROKEN),
    ],
)
def test_a_configuration_that_is_half_done_lets_nobody_in(tmp_path, monkeypatch, text, wanted):
    path = tmp_path / "secrets.toml"
    if text is not None:
        path.write_text(text, "utf-8")
    real = config.get_option
    for asked in (config, st):
        monkeypatch.setattr(asked, "get_option", lambda key: [str(path)] if key == "secrets.files" else real(key))
    framework.secrets_singleton._reset()
    try:
        assert sign_in.setup() is wanted
    finally:
        monkeypatch.undo()
        framework.secrets_singleton._reset()


# --- a trial -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "here"),
    [
        ({"host": "localhost:8501"}, True),
        ({"host": "127.0.0.1:8501"}, True),
        ({"host": "[::1]:8501"}, True),
        ({"host": "LOCALHOST"}, True),
        ({"host": "rebound.example:8501"}, False),
        ({"host": "localhost.rebound.example"}, False),
        ({"host": "127.0.0.1@rebound.example"}, False),
        ({"host": "[::1"}, False),
        ({}, False),
        ({"host": "localhost", "x-forwarded-for": "10.0.0.5"}, False),
        ({"host": "localhost", "x-forwarded-host": "kpi.pref.example"}, False),
        ({"host": "localhost", "forwarded": "for=10.0.0.5"}, False),
        ({"host": "localhost", "x-real-ip": "10.0.0.5"}, False),
        ({"host": "localhost:8501", "origin": "http://localhost:8501"}, True),
        ({"host": "127.0.0.1:8501", "origin": "https://kpi.pref.example"}, False),
        ({"host": "127.0.0.1:8501", "origin": "null"}, False),
    ],
)
def test_only_a_browser_on_this_machine_may_pick_a_person(headers, here):
    assert trial_identity.on_this_machine(headers, "127.0.0.1") is here


@pytest.mark.parametrize(
    ("peer", "here"),
    [
        ("127.0.0.1", True), ("127.0.0.2", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("10.0.0.5", False), ("192.168.1.2", False), ("::ffff:10.0.0.5", False), ("fe80::1", False), ("0.0.0.0", False),
        ("::", False), ("", False), (None, False), ("localhost", False), ("testclient", False),
    ],
)  # fmt: skip
def test_who_is_at_the_other_end_counts_whatever_host_and_origin_claim(peer, here):
    claimed = {"host": "localhost:8501", "origin": "http://localhost:8501"}
    assert trial_identity.on_this_machine(claimed, peer) is here


@pytest.mark.parametrize(
    "name",
    [
        "forwarded", "via", "x-forwarded-for", "x-forwarded", "x-forwarded-server", "x-real-ip", "x_real_ip",
        "x-real-port",
        "x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "x-original-host", "x-original-url",
        "x-proxyuser-ip",
        "x-remote-user", "x-envoy-external-address", "x-arr-log-id", "x-azure-clientip", "x-appengine-user-ip",
        "x-amzn-trace-id", "x-amz-cf-id", "x-request-id", "true-client-ip", "client-ip", "cf-connecting-ip", "cf-ray",
        "cdn-loop", "fastly-client-ip", "fly-client-ip", "incap-client-ip", "ssl-client-cert", "proxy-connection",
        "x-auth-request-user", "x-varnish", "x-forwarded-client-cert", "x-cloud-trace-context", "wl-proxy-client-ip",
    ],
)  # fmt: skip
def test_any_sign_of_a_proxy_ends_the_trial(name):
    assert not trial_identity.on_this_machine({"host": "localhost:8501", name: "127.0.0.1"}, "127.0.0.1")


def test_what_a_browser_on_this_machine_sends_by_itself_is_no_sign_of_a_proxy():
    sent = (
        "host connection upgrade-insecure-requests user-agent accept accept-encoding accept-language cache-control "
        "pragma cookie dnt priority referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest "
        "sec-fetch-mode sec-fetch-site sec-fetch-user sec-gpc te "
        "if-none-match if-modified-since range content-length content-type "
        "x-requested-with x-xsrftoken upgrade sec-websocket-key sec-websocket-version sec-websocket-extensions "
        "sec-websocket-protocol save-data purpose"
    )
    assert trial_identity.on_this_machine(dict.fromkeys(sent.split(), "x") | {"host": "localhost:8501"}, "127.0.0.1")


@pytest.mark.parametrize("address", ["0.0.0.0", "", None, "10.0.0.1", "kpi.pref.example", "::"])
def test_a_server_that_others_reach_lets_nobody_pick(monkeypatch, address):
    monkeypatch.setattr(st, "get_option", lambda key: address)
    assert not trial_identity.on_this_machine({"host": "localhost"}, "127.0.0.1")


def test_the_address_goes_before_the_cookie_and_an_unknown_name_only_reads():
    names = {"land": "県土整備部"}
    assert trial_identity.chosen(names, "dept-land", "reader")[1].departments == {"land"}
    assert trial_identity.chosen(names, None, "reader")[1].role is Role.READER
    for asked, kept in (("dept-none", None), ("zzz", "admin"), (None, "dept-none"), ("", "zzz")):
        assert trial_identity.chosen(names, asked, kept)[1].role is Role.READER
    assert trial_identity.chosen(names, None, None)[1].role is Role.ADMIN
    assert all("評価用" in one.name for one in trial_identity.people(names).values())


def _aside():
    from pages.parts.app import identity

    identity.aside()


@pytest.mark.parametrize(
    ("asked", "unknown"), [("dept-nope", True), ("zzz", True), ("secretariat", False), ("", False)]
)
def test_a_name_that_nobody_has_is_told_beside_what_is_shown_instead(monkeypatch, asked, unknown):
    monkeypatch.setattr(identity, "_departments", lambda: {"land": "県土整備部"})
    at = AppTest.from_function(_aside)
    at.query_params["as"] = asked
    told = re.sub("<[^>]+>", "", "".join(e.value for e in at.run().get("html")))
    assert (f"利用者「{asked}」は見つかりません。代わりに閲覧として表示しています。" in told) is unknown
    assert ("閲覧(評価用)として表示しています。" in told) is unknown


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("action", Action)
def test_a_page_opens_for_exactly_those_who_may_do_something_on_it(who, action):
    one, reach = PEOPLE[who], RULES[action].get(PEOPLE[who].role, "none")
    lead = who == "road" and not may(one, action, Place("", "", "land", "road"))
    for department in ("", "land"):
        assert identity.reaches(one, action, department) is (reach != "none" and not lead)
    assert identity.reaches(one, action, "planning") is (reach == "all")
