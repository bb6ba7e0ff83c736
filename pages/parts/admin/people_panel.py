"""利用者: the rules that say which sign-in is which role, and whom a mail address would be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.reorganisation import ended
from kpi.people import ROLE_WORDS, Person, Role
from loaders.directory.directory_columns import CLAIM_WORDS, EVERYWHERE
from loaders.directory.rule_checks import rule_lacking
from loaders.store import Rule
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.admin.directory_table import people_table, workbook_box
from pages.parts.app import sign_in
from pages.parts.app.current_view import services
from pages.parts.app.plan_choice import offered
from pages.parts.app.sign_in import Setup, SignIn
from pages.parts.shared.as_of import looking_back
from pages.parts.shared.layout import empty, show
from pages.parts.shared.markup import Column, Content, join, table, tag

_NEW = Rule("", "mail", "", Role.READER.value)


def people_part(state: Assessment) -> None:
    """The rules, a form to add or change one, and a trial of what they do."""
    if looking_back():
        return
    rules = services().memberships()
    _standing()
    if st.toggle("表の中で書き換える", key="people-edit"):
        people_table(state)
    elif rules:
        columns = [Column("対象"), Column("権限"), Column("計画"), Column("部局・課"), Column("規則の番号")]
        rows = [(_whom(r), ROLE_WORDS[Role(r.role)], _plan_name(r.plan_id), _where(state, r), r.rule_id) for r in rules]
        show(table(columns, rows, caption="利用者の規則", kind="stack"))
    else:
        empty("規則はまだありません。下で加えると、当てはまる人がサインインして使えるようになります。")
    workbook_box(state)
    _outdated(state, rules)
    note("いくつもの規則に当てはまる人は、そのうちいちばん上の権限になります。部局担当は、当てはまる部局のすべてです。")
    _trial(state, rules)
    _form(state, rules)
    _removal(state, rules)


def _standing() -> None:
    if sign_in.setup() is Setup.NONE:
        note("サインインがまだ設定されていません。規則は今から作っておけますが、効くのは設定した後です。")
    first = sign_in.first_admin()
    if first:
        note(f"設定ファイルで指名された管理者: {first}(この規則がなくても管理者です)")


def _outdated(state: Assessment, rules: tuple[Rule, ...]) -> None:
    """What April has left to do here."""
    gone = {d.id for d in state.plan.departments if ended(d, state.day)}
    old = [r.rule_id for r in rules if gone & set(r.departments)]
    if old:
        told = f"廃止された部局の規則が{len(old)}件あります({'、'.join(old)})。引き継いだ部局に変更してください。"
        show(tag("div", tag("b", told), "notice"))


def _whom(rule: Rule) -> Content:
    return join([tag("small", CLAIM_WORDS.get(rule.claim, rule.claim)), rule.pattern])


def _plan_name(plan_id: str) -> str:
    return offered().get(plan_id, plan_id) or EVERYWHERE


def _where(state: Assessment, rule: Rule) -> str:
    return _places(state, rule.departments, rule.divisions)


def _places(state: Assessment, departments: tuple[str, ...], divisions: tuple[str, ...]) -> str:
    names = _departments(state)
    of = {d: [v for v in divisions if v.split("/")[0] == d] for d in departments}
    words = _divisions(state, departments, divisions)
    told = [
        names.get(d, d) + (f"({'、'.join(words.get(v, v).split('　')[-1] for v in of[d])})" if of[d] else "")
        for d in departments
    ]
    return "、".join(told) or "―"


def _departments(state: Assessment) -> dict[str, str]:
    """Every department there ever was: a rule may name one that has ended, and then says so."""
    return {
        d.id: d.name(state.day) + ("(廃止された部局)" if ended(d, state.day) else "") for d in state.plan.departments
    }


def _divisions(state: Assessment, departments: tuple[str, ...], named: tuple[str, ...] = ()) -> dict[str, str]:
    """The 課 there are, and those that a rule names though they have ended: without them it would reach further."""
    return {
        f"{d.id}/{v.id}": f"{d.name(state.day)}　{v.name}"
        for d in state.plan.departments
        if d.id in departments
        for v in d.divisions_on(state.day)
    } | {
        f"{d.id}/{v.id}": f"{d.name(state.day)}　{v.name}(廃止された課)"
        for d in state.plan.departments
        for v in d.divisions
        if f"{d.id}/{v.id}" in named and not v.holds(state.day)
    }


def _trial(state: Assessment, rules: tuple[Rule, ...]) -> None:
    with st.expander("ある人がどの権限になるかを確かめる"):
        with st.container(horizontal=True):
            mail = st.text_input("メール", key="trial-mail", width=280)
            name = st.text_input("名前", key="trial-name", width=200)
            groups = st.text_input("グループ(「,」で区切る)", key="trial-groups", width=280)
        if not (mail or name or groups):
            return
        signed = SignIn("", "", mail.strip().lower(), name.strip(), frozenset(g.strip() for g in groups.split(",")))
        show(tag("p", _outcome(state, sign_in.person_by(signed, rules, sign_in.first_admin(), state.plan.id))))


def _outcome(state: Assessment, who: Person | None) -> Content:
    if who is None:
        return "どの規則にも当てはまりません。サインインしても使えません。"
    where = _places(state, tuple(sorted(who.departments)), tuple(sorted(who.divisions)))
    return join([tag("b", ROLE_WORDS[who.role]), f"({where})" if who.departments else "", " になります。"])


def _form(state: Assessment, rules: tuple[Rule, ...]) -> None:
    st.header("規則を加える・変更する", anchor=False)
    kept = {"": _NEW, **{r.rule_id: r for r in rules}}
    labels = {"": "新しい規則", **{r.rule_id: f"{r.rule_id}　{r.pattern}" for r in rules}}
    rule_id = st.selectbox("規則", list(kept), format_func=labels.__getitem__, key=fresh("rule"), width=420)
    rule, key = kept[rule_id], fresh(f"rule-{rule_id}")
    if rule.plan_id not in ("", state.plan.id):  # its departments are another plan's, and it must not reach further
        note(f"別の計画「{_plan_name(rule.plan_id)}」の規則です。その計画を表示して変更してください。")
        return
    claims, roles = list(CLAIM_WORDS), [r.value for r in Role]
    grid = st.grid(min_column_width=240)
    with grid.cell():
        claim = st.selectbox(
            "何で見分けるか",
            claims,
            index=claims.index(rule.claim) if rule.claim in claims else 0,
            format_func=CLAIM_WORDS.__getitem__,
            key=f"{key}-claim",
        )
    with grid.cell():
        pattern = st.text_input(
            "その値",
            rule.pattern,
            key=f"{key}-pattern",
            max_chars=200,
            help="「*」は何文字でも、「?」は1文字に当てはまります。例: *@dx.pref.example.jp",
        )
    with grid.cell():
        role = st.selectbox(
            "権限",
            roles,
            index=roles.index(rule.role),
            format_func=lambda r: ROLE_WORDS[Role(r)],
            key=f"{key}-role",
        )
    plan_id = _plan(state, rule, role, key)
    departments, divisions = _reach(state, rule, role, key)
    made = replace(
        rule, claim=claim, pattern=pattern.strip(), role=role, plan_id=plan_id, departments=departments,
        divisions=divisions,
    )  # fmt: skip
    lacking = "".join(rule_lacking(made) or ())
    if lacking:
        note(lacking)
    words = f"「{made.pattern}」を{ROLE_WORDS[Role(role)]}に{'しました' if rule_id else '加えました'}。"
    if st.button("この規則を保存する", type="primary", disabled=bool(lacking) or made == rule, key="rule-save"):
        act(lambda: services().set_membership(made), words)


def _plan(state: Assessment, rule: Rule, role: str, key: str) -> str:
    """The plan in which a rule holds: a 部局担当 is one of a plan, the others may be so in every plan."""
    if role == Role.DEPARTMENT:
        return state.plan.id
    words = {"": EVERYWHERE, state.plan.id: f"この計画だけ({state.plan.name})"}
    return str(
        st.selectbox(
            "どの計画で",
            list(words),
            index=list(words).index(rule.plan_id),
            format_func=words.__getitem__,
            key=f"{key}-plan",
        )
    )


def _reach(state: Assessment, rule: Rule, role: str, key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The departments and 課 of a 部局担当; nobody else has any."""
    if role != Role.DEPARTMENT:
        return (), ()
    names = _departments(state)
    chosen = tuple(
        st.multiselect(
            "部局",
            list(names),
            [d for d in rule.departments if d in names],
            format_func=names.__getitem__,
            key=f"{key}-departments",
        )
    )
    offered = _divisions(state, chosen, tuple(v for v in rule.divisions if v.split("/")[0] in chosen))
    if not offered:
        return chosen, ()
    divisions = st.multiselect(
        "課(空けると、主管課として部局の全体)",
        list(offered),
        [v for v in rule.divisions if v in offered],
        format_func=offered.__getitem__,
        key=f"{key}-divisions",
    )
    return chosen, tuple(divisions)


def _removal(state: Assessment, rules: tuple[Rule, ...]) -> None:
    if not rules:
        return
    with st.expander("規則を消す"):
        labels = {
            r.rule_id: f"{r.rule_id}　{r.pattern}　{ROLE_WORDS[Role(r.role)]}　{_plan_name(r.plan_id)}" for r in rules
        }
        rule_id = st.selectbox("消す規則", list(labels), format_func=labels.__getitem__, key=fresh("gone"), width=420)
        reason = st.text_input("理由", key=fresh("gone-reason"), max_chars=200)
        note("この規則だけで使えている人は、次に画面を開いたときから使えなくなります。同じ規則はいつでも加え直せます。")
        if st.button("この規則を消す", disabled=not reason.strip(), key="rule-remove"):
            removed = partial(services().remove_membership, rule_id, reason=reason.strip())
            act(removed, f"規則 {labels[rule_id]} を消しました。")
