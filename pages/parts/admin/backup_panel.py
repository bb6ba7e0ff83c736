"""控え: a copy now, the copies of the nights, whether the store is sound, and putting a copy in its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from kpi.assessment import Assessment
from kpi.issue import Issue, Severity
from kpi.snapshot import Snapshot
from loaders.documents.packing import file_part
from loaders.services.nightly import configured
from loaders.settings import WrongSetting
from loaders.store.file.retention import copies, kept_beside
from loaders.store.file.trial_open import readable
from pages.parts.admin.admin_forms import act, fresh, note
from pages.parts.app.clock import now
from pages.parts.app.current_view import services, store
from pages.parts.shared.as_of import ARRIVED, looking_back
from pages.parts.shared.layout import attempt, empty, show
from pages.parts.shared.markup import Column, Content, table, tag, unmarked

#: How many copies of the nights are listed.
_SHOWN = 31
#: How the copy to go back to is named.
_LISTED, _BROUGHT, _NAMED = "listed", "brought", "named"
_WAYS = {_LISTED: "一覧から選ぶ", _BROUGHT: "ファイルを入れる", _NAMED: "サーバーのファイルの名前"}
_BEFORE = "restore-before"


def keep_part(state: Assessment) -> None:
    """Take, verify, the nights' copies, restore."""
    if looking_back():
        return
    _what_changed(state)
    st.header("控えを取る", anchor=False)
    _take()
    st.header("データを確かめる", anchor=False)
    _verify()
    st.header("毎夜の控え", anchor=False)
    nights = _nightly()
    st.header("控えの時点に戻す", anchor=False)
    _restore(state, nights)


def _take() -> None:
    note("ほかの人が使っている間でも取れます。取った控えは、そのまま戻せることを確かめてから渡します。")
    name = f"kpi-{now():%Y%m%d-%H%M}.duckdb"
    if st.button("控えを作る", key="backup-make"):
        made: list[tuple[str, bytes]] = []
        with st.spinner("控えを作って確かめています…"):
            done = attempt(lambda: _copy(name, made))
        if done is not None:
            st.session_state["backup-made"] = made[0]
    if "backup-made" in st.session_state:
        kept, content = st.session_state["backup-made"]
        show(tag("div", f"{kept}({_size(len(content))})ができました。", "meta"))
        st.download_button(
            "控えを受け取る", content, kept, "application/octet-stream", key="backup-take", on_click="ignore"
        )
    with st.expander("サーバーのフォルダーに取る"):
        path = st.text_input("フォルダーとファイルの名前", key=fresh("backup-path"), placeholder=f"/backup/{name}")
        note("サーバーから見たフォルダーです。同じ名前のファイルがあれば上書きせず、お知らせします。")
        if st.button("このフォルダーに取る", disabled=not path.strip(), key="backup-to"):
            _to_server(Path(path.strip()))


def _copy(name: str, made: list[tuple[str, bytes]]) -> tuple[Issue, ...]:
    """Put the name and the bytes of a checked copy into ``made``; what forbids it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = services().backup(Path(folder) / name)
        if not isinstance(copy, Path):
            return copy
        made.append((copy.name, copy.read_bytes()))
        return ()


def _to_server(dest: Path) -> None:
    """Take a copy to a folder of the server, and say under which name it is there."""
    made: list[Path] = []

    def copied() -> tuple[Issue, ...]:
        copy = services().backup(dest)
        if isinstance(copy, Path):
            made.append(copy)
            return ()
        return copy

    act(copied, lambda: f"控えを {made[0]} に取りました。")


def _verify() -> None:
    note("すべての値がその元のセルと一致するか、原本が変わっていないか、記録がつながっているかを確かめます。")
    if st.button("確かめる", key="verify"):
        with st.spinner("データを確かめています…"):
            found = attempt(lambda: services().verify())
        if found is not None:
            st.success("食い違いは見つかりませんでした。")


def _nightly() -> dict[str, Path]:
    """The state of the nightly copy, and its copies by what they are called."""
    try:
        asked = configured()
    except WrongSetting as wrong:
        st.warning(unmarked(str(wrong)))
        return {}
    if asked is None:
        empty("毎夜の控えは取っていません。サーバーの環境変数 KPI_BACKUP_DIR にフォルダーを指定すると、毎夜取ります。")
        return {}
    made = copies(asked.folder)
    newest = f"いちばん新しい控えは{max(made):%Y-%m-%d %H:%M}です。" if made else "まだ1つもありません。"
    keep = f"{asked.keep.daily}日分と{asked.keep.monthly}か月分を残します。"
    show(tag("p", f"毎日{asked.hour}時から、{asked.folder} に取っています。{newest}{keep}"))
    if asked.due(now()):
        show(tag("div", "きょうの分はまだです。サーバーが動いていれば、まもなく取ります。", "meta"))
    found = {f"{at:%Y-%m-%d %H:%M}": path for at, path in sorted(made.items(), reverse=True)}
    rows: list[tuple[Content, ...]] = [(w, p.name, _size(p.stat().st_size)) for w, p in list(found.items())[:_SHOWN]]
    if rows:
        columns = [Column("取った日時"), Column("ファイル"), Column("大きさ", number=True)]
        show(table(columns, rows, caption="毎夜の控え"))
    return found


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f}MB"


def _restore(state: Assessment, nights: dict[str, Path]) -> None:
    """The copy to go back to: one of those there are, a file from the browser, or one on the server by its name."""
    note("控えを取った後に入ったものは見えなくなります。いまのデータは消さず、別の名前で横に残します。")
    there = nights | {
        f"{at:%Y-%m-%d %H:%M}": path for at, path in sorted(kept_beside(store().path).items(), reverse=True)
    }
    ways = [way for way in _WAYS if there or way != _LISTED]
    way = st.radio(
        "控え", ways, format_func=lambda way: unmarked(_WAYS[way]), horizontal=True, key=fresh("restore-way")
    )
    source, given = _source(way, there)
    sure = st.text_input("確認のため「戻す」と入れてください", key=fresh("restore-sure"), max_chars=10, width=320)
    chosen = source is not None or given is not None
    if st.button("この控えに戻す", disabled=not chosen or sure.strip() != "戻す", key="restore"):
        st.session_state[_BEFORE] = counts(state.snapshot)
        with st.spinner("控えを確かめて、戻しています…"):
            name = given[0] if given else source.name if source else ""
            act(lambda: _put_back(source, given), lambda: _put_back_words(name))
        st.session_state.pop(_BEFORE, None)  # nothing has changed


def _put_back_words(name: str) -> str:
    """What was done, and where to find what stood there before."""
    kept = max(kept_beside(store().path).items(), default=None)
    beside = f"それまでのデータは {kept[1].name} として残っています。" if kept else ""
    return f"{name} に戻しました。{beside}変わったことは、下の表のとおりです。"


def _source(way: str, there: dict[str, Path]) -> tuple[Path | None, tuple[str, bytes] | None]:
    """The copy on the server that was chosen, or the name and the bytes of the one that was brought."""
    if way == _LISTED:
        labels = {when: f"{when}　{path.name}　{_size(path.stat().st_size)}" for when, path in there.items()}
        which = st.selectbox(
            "戻す控え", list(there), index=None, placeholder="控えを選ぶ", format_func=labels.__getitem__,
            key=fresh("restore-listed"), width=520,
        )  # fmt: skip
        return (there[which] if which else None), None
    if way == _BROUGHT:
        file = st.file_uploader("戻す控えのファイル", type=["duckdb", "bak"], key=fresh("restore-file"))
        note("20MBまでです。それより大きい控えは、サーバーに置いて名前で指定してください。")
        return None, ((file_part(file.name), file.getvalue()) if file else None)
    path = st.text_input("サーバーにある控えのファイル", key=fresh("restore-path"))
    return (Path(path.strip()) if path.strip() else None), None


def _put_back(source: Path | None, given: tuple[str, bytes] | None) -> tuple[Issue, ...]:
    """Restore from a copy on the server, or from one that was brought: that is read first where it can harm nobody."""
    if given is None:
        return services().restore(source) if source else ()
    name, content = given
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / name
        copy.write_bytes(content)
        if not readable(copy):
            advice = "別の控えを指定してください。現在のデータは変わっていません。"
            return (Issue("restore.unreadable", Severity.FIX, f"{name} は、読み取れる控えではありません。", advice),)
        return services().restore(copy)


def counts(snapshot: Snapshot) -> dict[str, str]:
    """What there is of returns and figures, by what it is called: what a person compares before and after."""
    sent = snapshot.submissions[snapshot.submissions["state"] == "sent"]
    rows = snapshot.observations
    life, states = snapshot.life, snapshot.proposals["state"]
    newest = max(sent["sent_at"].dropna(), default=None)
    return {
        "送られた回答": f"{len(sent):,}件",
        "回答された値": f"{len(rows):,}件",
        "確認済の指標": f"{int(sent['confirmed'].sum()):,}件",
        "修正依頼": f"{len(snapshot.questions):,}件",
        "決定を待つ提案": f"{int((states == 'open').sum()):,}件",
        "決定された提案": f"{int((states != 'open').sum()):,}件",
        "始まった照会": f"{len(life.started):,}件",
        "締め切った照会": f"{len(life.closed):,}件",
        "いちばん新しい回答": f"{newest:%Y-%m-%d %H:%M}" if newest is not None else "なし",
        "操作の記録": f"{store().log_head().count:,}件",
    }


def _what_changed(state: Assessment) -> None:
    """After a restore: what was there before it and what is there now, until the screen is opened anew."""
    if st.session_state.get(ARRIVED):
        st.session_state.pop(_BEFORE, None)
    before = st.session_state.get(_BEFORE)
    if not before:
        return
    now_there = counts(state.snapshot)
    rows: list[tuple[Content, ...]] = [
        (name, old, now_there.get(name, "―"), "変わりました" if old != now_there.get(name) else "同じ")
        for name, old in before.items()
    ]
    columns = [Column("項目"), Column("戻す前", number=True), Column("戻した後", number=True), Column("違い")]
    st.header("控えに戻して変わったこと", anchor=False)
    show(table(columns, rows, caption="控えに戻して変わったこと", kind="stack"))
