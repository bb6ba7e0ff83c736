"""What Python says of a wrong command or a file in its way, in Japanese: its own words are English."""

from __future__ import annotations

import argparse
import errno
import re
import sys
from collections.abc import Iterable, Mapping
from typing import NoReturn

#: The exit code of a command that cannot be carried out.
FAILED = 2

#: Whole messages of argparse, and what they mean. Quotes round what was typed are taken off.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (.+)", "{0}を指定してください。"),
    (r"one of the arguments (.+) is required", "次のどれか1つを指定してください: {0}"),
    (r"unrecognized arguments: (.+)", "使えない指定があります: {0}"),
    (r"not allowed with argument (.+)", "{0}と一緒には指定できません。"),
    (r"ignored explicit argument (.+)", "値は付けられません: {0}"),
    (r"expected (?:one|1) argument", "値を1つ指定してください。"),
    (r"expected at most one argument", "値は1つまでです。"),
    (r"expected at least one argument", "値を1つ以上指定してください。"),
    (r"expected (\d+) arguments", "値を{0}個指定してください。"),
    (r"invalid choice: (.+), maybe you meant (.+?)\? .+", "「{0}」はありません。近いもの: {1}"),
    (r"invalid choice: (.+?) \(choose from (.+)\)", "「{0}」はありません。選べるもの: {1}"),
    (r"invalid int value: (.+)", "整数を指定してください: {0}"),
    (r"invalid \S+ value: (.+)", "「{0}」は読み取れません。"),
    (r"ambiguous option: (.+) could match (.+)", "「{0}」に当たるものがいくつもあります: {1}"),
    (r"unexpected option string: (.+)", "使えない指定があります: {0}"),
)
_UNKNOWN = "読み取れない指定があります。"

#: What the operating system refuses, by the name of its number: numbers differ between systems.
_FAULTS: Mapping[str, str] = {
    "ENOENT": "ファイルかフォルダーがありません。",
    "EACCES": "開く、または書き込む権限がありません。",
    "EPERM": "開く、または書き込む権限がありません。",
    "EROFS": "読み取り専用の場所なので書き込めません。",
    "EEXIST": "同じ名前のものがすでにあります。",
    "EISDIR": "これはフォルダーです。ファイルの名前を指定してください。",
    "ENOTDIR": "フォルダーではないものがフォルダーとして指定されています。",
    "ENOTEMPTY": "フォルダーが空ではありません。",
    "ENOSPC": "保存先の空きが足りません。",
    "EDQUOT": "保存先で使える容量を超えています。",
    "EFBIG": "ファイルが大きすぎます。",
    "ENAMETOOLONG": "名前が長すぎます。",
    "EINVAL": "この名前は使えません。",
    "EBUSY": "ほかのプログラムが使っています。",
    "ETXTBSY": "ほかのプログラムが使っています。",
    "ELOOP": "リンクが輪になっています。",
    "EMFILE": "開いているファイルが多すぎます。",
    "ENFILE": "開いているファイルが多すぎます。",
    "EIO": "読み書きに失敗しました。ディスクや接続を確かめてください。",
}
_ANY_FAULT = "ファイルを扱えませんでした。名前と場所を確かめてください。"


class Formatter(argparse.HelpFormatter):
    """Help that starts with a Japanese word."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """The line that shows how a command is written."""
        super().add_usage(usage, actions, groups, "使い方: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Argparse that speaks Japanese: headings, help and errors."""

    def __init__(self, *, prog: str | None = None, description: str | None = None) -> None:
        super().__init__(prog, description=description, formatter_class=Formatter, add_help=False)
        self._positionals.title, self._optionals.title = "引数", "オプション"
        self.add_argument("-h", "--help", action="help", help="この説明を表示します")

    def error(self, message: str) -> NoReturn:
        """Say what of the command is not understood, and how it is written."""
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{said(message)}\n使い方は --help で確かめられます。\n")


def said(message: str) -> str:
    """An error of argparse in Japanese; one that nobody knows is told without its words."""
    named = re.fullmatch(r"argument (.+?): (.+)", message, re.DOTALL)
    name, text = named.groups() if named else ("", message)
    for pattern, words in _MESSAGES:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            text = words.format(*(_listed(part) for part in found.groups()))
            break
    else:
        text = _UNKNOWN
    return f"{name}: {text}" if name else text


def _listed(part: str) -> str:
    """What was typed, or a list of choices, without Python's quotes."""
    return "、".join(one.strip("'\"") for one in part.split(", "))


def file_fault(error: OSError) -> str:
    """What the operating system refused, and where."""
    text = _FAULTS.get(errno.errorcode.get(error.errno or 0, ""), _ANY_FAULT)
    where = error.filename2 or error.filename
    return f"{where}: {text}" if isinstance(where, str) else text
