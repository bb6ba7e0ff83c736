"""控え: a copy now, the copies of the nights, whether the store is sound, and putting a copy in its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from kpi.issue import Issue
from loaders.nightly import configured
from loaders.settings import WrongSetting
from loaders.store.nightly import copies
from pages.parts.admin_common import act, fresh, note
from pages.parts.asof import looking_back
from pages.parts.clock import now
from pages.parts.frame import attempt, empty, show
from pages.parts.html import Column, Content, table, tag, unmarked
from pages.parts.snapshot import View, desk

#: How many copies of the nights are listed.
_SHOWN = 31


def keep_part(state: View) -> None:
    """Take, verify, the nights' copies, restore."""
    if looking_back():
        return
    st.header("控えを取る", anchor=False)
    _take()
    st.header("データを確かめる", anchor=False)
    _verify()
    st.header("毎夜の控え", anchor=False)
    nights = _nightly()
    st.header("控えの時点に戻す", anchor=False)
    _restore(nights)


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
        copy = desk().backup(Path(folder) / name)
        if not isinstance(copy, Path):
            return copy
        made.append((copy.name, copy.read_bytes()))
        return ()


def _to_server(dest: Path) -> None:
    """Take a copy to a folder of the server, and say under which name it is there."""
    made: list[Path] = []

    def copied() -> tuple[Issue, ...]:
        copy = desk().backup(dest)
        if isinstance(copy, Path):
            made.append(copy)
            return ()
        return copy

    act(copied, lambda: f"控えを {made[0]} に取りました。")


def _verify() -> None:
    note("すべての値がその元のセルと一致するか、原本が変わっていないか、記録がつながっているかを確かめます。")
    if st.button("確かめる", key="verify"):
        with st.spinner("データを確かめています…"):
            found = attempt(lambda: desk().verify())
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


def _restore(nights: dict[str, Path]) -> None:
    note("控えを取った後に入ったものは見えなくなります。いまのデータは消さず、別の名前で横に残します。")
    which = st.selectbox(
        "毎夜の控え", list(nights), index=None, placeholder="控えを選ぶ", key=fresh("restore-night"), width=320
    ) if nights else None  # fmt: skip
    path = st.text_input(
        "またはサーバーのファイル" if nights else "サーバーにある控えのファイル",
        key=fresh("restore-path"),
        disabled=which is not None,
    )
    source = nights[which] if which else Path(path.strip()) if path.strip() else None
    sure = st.text_input("確認のため「戻す」と入れてください", key=fresh("restore-sure"), max_chars=10, width=320)
    if st.button("この控えに戻す", disabled=source is None or sure.strip() != "戻す", key="restore") and source:
        with st.spinner("控えを確かめて、戻しています…"):
            act(lambda: desk().restore(source), f"{source.name} に戻しました。元のデータは別の名前で残っています。")
