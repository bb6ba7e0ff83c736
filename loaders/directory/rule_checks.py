"""What is wrong with a rule of membership, wherever it was entered."""

from __future__ import annotations

import re

from kpi.people import Role, has_control
from loaders.store import Rule

_MAIL_PATTERN = re.compile(r"[A-Za-z0-9._+*?@-]+")


def rule_fault(rule: Rule) -> tuple[str, str] | None:
    """What is wrong with the value a rule looks for: message and advice."""
    pattern = rule.pattern.strip()
    if has_control(pattern):
        return "見分ける値に、改行や目に見えない制御文字が入っています。", "その文字を消して、入力し直してください。"
    if rule.departments and not rule.plan_id:
        return "部局担当の規則に、計画がありません。", "どの計画の部局かを選んでください。"
    if rule.claim == "mail" and pattern and (pattern.count("@") > 1 or not _MAIL_PATTERN.fullmatch(pattern)):
        return "メールの書き方が違います。", "半角英数字と「*」「?」で、アドレスを1つだけ入力してください。"
    return None


def rule_lacking(rule: Rule) -> tuple[str, str] | None:
    """The same, and what a rule must have before it is kept."""
    if not rule.pattern.strip():
        return "", "見分ける値を入れると保存できます。"
    if fault := rule_fault(rule):
        return fault
    if not rule.pattern.strip("*? ") and rule.role in (Role.ADMIN, Role.SECRETARIAT):
        return "「*」だけでは誰にでも当てはまります。", "事務局・管理者にはできません。"
    if rule.role == Role.DEPARTMENT and not rule.departments:
        return "", "部局担当には、部局を選んでください。"
    return None
