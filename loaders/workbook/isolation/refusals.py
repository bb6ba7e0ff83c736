"""Why a whole file is not read: one entry for each reason, in words that hold for returns, lists and plans."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.issue import Issue, Severity

_XLSX = "Excelで開き、「名前を付けて保存」で「Excelブック(*.xlsx)」を選んで保存し、そのファイルを送ってください。"
_FORM = "Excelブック(*.xlsx)を入れてください。照会への回答は、お配りした回答様式に記入したブックです。"
_AGAIN = "Excelで開けることを確かめ、「Excelブック(*.xlsx)」として保存し直してから、もう一度送ってください。"
_SLIM = (
    "記入した範囲だけを新しいブックに貼り付けるか、回答なら配布した回答様式に記入し直し、"
    "「Excelブック(*.xlsx)」として保存して送ってください。"
)
_LATER = "少し待ってから、もう一度送ってください。繰り返す場合は事務局に連絡してください。"

#: code -> (message, advice). The code of the issue is ``file.`` and this key.
WORDS: Mapping[str, tuple[str, str]] = {
    "empty": ("ファイルの中身が空です。", _FORM),
    "file_too_large": ("ファイルが大きすぎるため、開きませんでした(上限は20MBです)。", _SLIM),
    "truncated": ("ファイルが途中で切れています。保存や送信が最後まで終わっていないようです。", _AGAIN),
    "damaged": ("ファイルが壊れているため、読み取れません。", _AGAIN),
    "encrypted": (
        "パスワードで保護されたファイルのため、開けません。",
        "Excelで開いてパスワードを解除し、「Excelブック(*.xlsx)」として保存してから送ってください。",
    ),
    "csv": ("Excelのブックではなく、CSVなどの文字だけのファイルです。", _XLSX),
    "html": ("拡張子はExcelでも、中身はウェブページ(HTML)です。", _XLSX),
    "xml2003": ("古い形式のファイル(XMLスプレッドシート2003)です。", _XLSX),
    "ods": ("OpenDocument形式(.ods)のファイルです。この形式では受け付けていません。", _XLSX),
    "xlsb": ("Excelバイナリブック形式(.xlsb)のファイルです。この形式では受け付けていません。", _XLSX),
    "word": ("Excelのブックではなく、文書やスライドなど別の種類のファイルです。", _FORM),
    "pdf": ("Excelのブックではなく、PDFファイルです。", _FORM),
    "image": ("Excelのブックではなく、画像ファイルです。", _FORM),
    "archive": (
        "Excelのブックではなく、圧縮ファイルです。",
        "圧縮を解いて、中のExcelブック(.xlsx)を送ってください。",
    ),
    "zip_other": (
        "Excelのブックではなく、ZIP形式の別のファイルです。",
        "ZIPにまとめた場合は展開して、中のExcelブック(.xlsx)を送ってください。",
    ),
    "not_workbook": ("Excelのブックではありません。", _FORM),
    "old_excel": ("古すぎる形式のExcelファイルのため、読み取れません。", _XLSX),
    "zip_too_many": ("ファイルの中の部品が多すぎるため、安全のため開きませんでした。", _SLIM),
    "zip_bomb": ("展開すると異常に大きくなるファイルのため、安全のため開きませんでした。", _SLIM),
    "zip_path": ("ファイルの中の部品の名前が不正なため、安全のため開きませんでした。", _AGAIN),
    "zip_duplicate": ("ファイルの中に同じ名前の部品が重なっているため、安全のため開きませんでした。", _AGAIN),
    "zip_encrypted": ("ファイルの中の部品が暗号化されているため、開けません。", _XLSX),
    "entities": (
        "ファイルの中に、Excelが使わない宣言(DTD・実体参照)があるため、安全のため開きませんでした。",
        _AGAIN,
    ),
    "too_wide": ("記入の範囲が広すぎます。表から遠く離れたセルに何か入っていないか確かめてください。", _SLIM),
    "too_many_rows": ("行が多すぎるため、開きませんでした。書式だけの行が大量に残っていることがあります。", _SLIM),
    "too_many_cells": ("セルが多すぎるため、開きませんでした。書式だけのセルが大量に残っていることがあります。", _SLIM),
    "too_many_columns": ("列の設定が多すぎるため、開きませんでした。", _SLIM),
    "too_many_styles": ("セルの書式(スタイル)が多すぎるため、開きませんでした。", _SLIM),
    "too_many_texts": ("ブックに記録された文字列が多すぎるため、開きませんでした。", _SLIM),
    "too_many_elements": ("名前の定義や設定などの、ファイルの中の要素が多すぎるため、開きませんでした。", _SLIM),
    "too_many_sheets": ("シートが多すぎるため、開きませんでした。", _SLIM),
    "too_long_text": ("一つのセルの文字が異常に長いため、開きませんでした。", _SLIM),
    "no_sheets": ("読み取れる表(ワークシート)がありません。", _FORM),
    "too_slow": ("読み取りに時間がかかりすぎるため、中止しました。", _SLIM),
    "too_much_memory": ("読み取りに必要なメモリが多すぎるため、中止しました。", _SLIM),
    "stopped": ("読み取りの途中で処理が止まりました。ファイルが壊れているおそれがあります。", _AGAIN),
    "upload_spent": (
        "一緒に入れたファイルに、読めないものや読み取りに時間のかかるものが多いため、このファイルは読みませんでした。",
        "そのようなファイルを除いて、もう一度送ってください。",
    ),
    "busy": ("ほかのファイルの読み取りが混み合っているため、今は開けません。", _LATER),
    "not_started": ("読み取りの準備ができませんでした。", _LATER),
}


def refusal(code: str, where: str = "") -> Issue:
    """The issue for a reason; an unknown reason is told as damage, never hidden."""
    known = code if code in WORDS else "damaged"
    message, advice = WORDS[known]
    return Issue(code=f"file.{known}", severity=Severity.FIX, message=message, advice=advice, sheet=where)
