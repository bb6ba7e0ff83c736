"""The register of acts: everything that changes what is kept, one entry each.

An entry says how the log calls the act, whose right it is, what it is done to, in which tables rows bear its number,
and how a rebuild brings it back. Its handler stands under the same name in :mod:`loaders.store.commands`, or, where the
act is done to the file as a whole, in the modules of the store that do so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kpi.collection.workflow import Action

#: Who the log names for what the program does by itself.
PROGRAM = "プログラム"

#: What an act is done to; the log's ``subject`` is its id (empty for a plan as a whole).
About = Literal["return", "round", "form", "card", "figure", "plan", "person", "session", "store"]
#: How a rebuild brings an act back. ``repeat``: done again, as :mod:`loaders.store.audit.replay` says; ``rows``: its
#: rows and its entry of the log are taken over as they stand; ``entry``: its entry of the log alone.
Replay = Literal["repeat", "rows", "entry"]


@dataclass(frozen=True)
class Act:
    """By whom, in which role, when and why something is done.

    ``person`` is what stays of a person whose name changes, where it matters that two acts are not one person's.
    """

    by: str
    at: datetime
    role: str = ""
    reason: str = ""
    person: str = ""


@dataclass(frozen=True)
class ActKind:
    """One entry of the register.

    ``rights`` are the actions any of which allows it; none where anybody may, or the program acts by itself.
    ``tables`` are those whose rows bear its number.
    """

    name: str
    word: str
    about: About
    rights: tuple[Action, ...] = ()
    tables: tuple[str, ...] = ()
    replay: Replay = "entry"
    #: Whether it brings versions of a plan's parts, which a rebuild takes over in their turn.
    changes_plan: bool = False


_CHANGING = (Action.SET_DEPARTMENTS, Action.SET_DIVISIONS, Action.SET_PLAN)
_OF_LIST = ("submissions", "observations", "confirmations")
_ENTRIES = (
    # the life of a return
    ActKind("save", "取込", "return", (Action.SAVE,), ("submissions",), "repeat"),
    ActKind("mend", "画面で修正", "return", (Action.MEND,), ("mends",), "repeat"),
    ActKind("discard", "下書きの取消し", "return", (Action.DISCARD,), replay="repeat"),
    ActKind("pass_on", "主管課へ回答", "return", (Action.PASS_ON,), replay="repeat"),
    ActKind("join", "課の回答のとりまとめ", "return", (Action.JOIN,), ("submissions",), "repeat"),
    ActKind("revise", "回答の修正", "return", (Action.SAVE,), ("submissions",), "repeat"),
    ActKind("send", "回答", "return", (Action.SEND,), ("observations", "reviews", "proposals"), "repeat"),
    ActKind("confirm", "確認済", "return", (Action.CONFIRM,), ("confirmations",), "repeat"),
    ActKind("unconfirm", "確認の取消し", "return", (Action.CONFIRM,)),
    ActKind("ask_back", "修正依頼", "return", (Action.ASK_BACK,), ("questions",), "repeat"),
    ActKind("withdraw", "修正依頼の取下げ", "return", (Action.ASK_BACK,)),
    # the life of a round
    ActKind("take_form", "様式取得", "form", (Action.TAKE_FORM,)),
    ActKind("open_round", "照会の開始・変更", "round", (Action.OPEN_ROUND,), changes_plan=True),
    ActKind("start_round", "照会の開始(最初の回答)", "round", (Action.SEND,), changes_plan=True),
    ActKind("cancel_round", "照会の取りやめ", "round", (Action.OPEN_ROUND,)),
    ActKind("close_round", "照会の締切り", "round", (Action.CLOSE_ROUND,)),
    # the plan and its judging rules
    ActKind("change_plan", "計画の変更", "plan", _CHANGING, changes_plan=True),
    ActKind("load_plan", "計画ファイルの読込み", "plan", (Action.SET_PLAN,)),
    ActKind("begin_plan", "計画の開始", "plan", (Action.SET_PLAN,), replay="repeat"),
    ActKind("revise_plan", "プラン定義書による改定", "plan", (Action.SET_PLAN,), replay="repeat", changes_plan=True),
    ActKind("take_list", "一覧の取込み", "plan", (Action.PROPOSE_CARD, Action.SET_PLAN), _OF_LIST, "repeat"),
    ActKind("keep_reading", "一覧の読みかけ", "plan", (Action.PROPOSE_CARD,), replay="repeat"),
    ActKind("drop_list", "一覧の取込みの取消し", "plan", (Action.PROPOSE_CARD,)),
    ActKind("propose_card", "判定条件の変更の提案", "card", (Action.PROPOSE_CARD,), ("proposals",), "repeat"),
    ActKind("accept_card", "判定条件の決定", "card", (Action.DECIDE_CARD,), replay="repeat", changes_plan=True),
    ActKind("reject_card", "判定条件の提案の見送り", "card", (Action.DECIDE_CARD,), replay="repeat"),
    # who may see what, and who is who
    ActKind("edit_summary", "報告書の総括・想定問答の編集", "round", (Action.MAKE_REPORT,)),
    ActKind("make_report", "報告書の版の作成", "round", (Action.MAKE_REPORT,), replay="repeat"),
    ActKind("set_publication", "公表区分", "figure", (Action.SET_PUBLICATION,), ("publications",), "repeat"),
    ActKind("set_membership", "利用者の権限", "person", (Action.SET_PEOPLE,), ("memberships",), "rows"),
    ActKind("remove_membership", "利用者の権限の削除", "person", (Action.SET_PEOPLE,), ("memberships",), "rows"),
    ActKind("revoke", "サインアウト", "session"),
    # samples, and the store as a whole
    ActKind("load_samples", "サンプルの読込み", "plan", (Action.SAMPLES,)),
    ActKind("start_empty", "サンプルなしで開始", "plan", (Action.SAMPLES,)),
    ActKind("remove_samples", "サンプルの削除", "store", (Action.SAMPLES,)),
    ActKind("backup", "控えの保存", "store", (Action.KEEP,)),
    ActKind("restore", "控えからの復元", "store", (Action.KEEP,)),
    ActKind("rebuild", "データの作り直し", "store", (Action.KEEP,)),
    ActKind("migrate", "データ形式の更新", "store"),
)  # fmt: skip

#: Every act by its name, which is also what the log and the handler are called.
ACTS: Mapping[str, ActKind] = {kind.name: kind for kind in _ENTRIES}


def acts(*, about: About | None = None, writing: str = "", changing_plans: bool = False) -> tuple[str, ...]:
    """The names of the acts that are about a kind of thing, that write a table, or that bring versions of a plan."""
    return tuple(
        kind.name
        for kind in ACTS.values()
        if about in (None, kind.about)
        and (not writing or writing in kind.tables)
        and (kind.changes_plan or not changing_plans)
    )
