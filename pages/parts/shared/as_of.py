"""As of: any screen can be asked for a past day or a closed round and shows what was known then.

It stands in the address (``as_of=2026-03-31``, or a round's id), so a link shows a colleague the same. Only looking is
possible then: what is written belongs to today.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

import streamlit as st

from kpi.assessment import Assessment
from kpi.collection.workflow import Action
from kpi.issue import Issue, Severity
from kpi.period import Period
from kpi.place import ANYWHERE, Place
from loaders.services import NotAllowed, Services
from pages.parts.app.clock import today
from pages.parts.app.plan_choice import plan_id
from pages.parts.app.storage import store
from pages.parts.shared.address import notice, quoted
from pages.parts.shared.date_input import day_input, set_day, typed, unread
from pages.parts.shared.markup import AS_OF, Markup, join, link, tag, unmarked

#: In the session: whether the screen that is drawn is another than the one before.
ARRIVED = "just-arrived"
_LAST, _DAY, _ROUND, _DROPPED = "as-of-last", "as-of-day", "as-of-round", "as-of-dropped"
#: In the session: the moment that was picked, until a page stands that shows it.
_WANTED = "as-of-wanted"


def as_of() -> datetime | None:
    """The moment the address asks for; None for today, and for what is no day or closed round."""
    asked = st.query_params.get(AS_OF, "")
    return moment_of(asked, {} if _day(asked) else closed_rounds(), today()) if asked else None


def moment_of(asked: str, closed: Mapping[str, datetime], today: date) -> datetime | None:
    """The end of a past day, or the moment a round was closed at. A day to come is not known yet: that is now."""
    if (day := _day(asked)) is not None:
        return datetime.combine(day, time.max) if day < today else None
    return closed.get(asked)


def _day(asked: str) -> date | None:
    try:
        return date.fromisoformat(asked) if len(asked) == len("2026-03-31") else None
    except ValueError:
        return None


def why_now(asked: str, rounds: Mapping[str, str], today: date) -> Markup | None:
    """Why now is shown and not the moment that was asked for. Today is now: of that there is nothing to say."""
    day = _day(asked)
    if day == today:
        return None
    if day is not None:
        what, why = "日付", "はまだ来ていない日付の"
    elif asked in rounds:
        what, why, asked = "照会", "はまだ締め切られていない", rounds[asked]
    else:
        what, why = "日付", "は読めない"
    return join([f"アドレスの{what}", quoted(asked), f"{why}ため、今のすがたを表示しています。"])


def closed_rounds() -> Mapping[str, datetime]:
    """When each closed round was closed. That it was is no secret from anybody who got in."""
    return store().life(plan_id()).closed if plan_id() else {}


def _names() -> Mapping[str, str]:
    return {r.id: r.name for r in store().plan(plan_id()).rounds} if plan_id() else {}


def carry(screen: str) -> None:
    """Keep the moment from screen to screen: the menu's own links leave out whatever stands in the address.

    To be called after the navigation, which makes the address anew. Gone on the same screen, it was taken back.
    """
    asked = st.query_params.get(AS_OF, "")
    wanted = st.session_state.get(_WANTED)
    if wanted is not None and wanted != asked:
        # This run began with the address of before: whoever picked the moment went on before it was drawn.
        _put(wanted)
        asked = wanted
    kept, where = st.session_state.get(_LAST, ("", screen))
    st.session_state[ARRIVED] = where != screen
    if not asked and kept and where != screen and wanted is None:
        st.query_params[AS_OF] = asked = kept
    if asked and as_of() is None:
        del st.query_params[AS_OF]
        st.session_state[_DROPPED] = asked
        asked = ""
    st.session_state[_LAST] = asked, screen


def control() -> None:
    """In the menu: a day, or a closed round."""
    moment, asked = as_of(), st.query_params.get(AS_OF, "")
    closed = closed_rounds()
    # The address says what is shown, whatever the fields were left at on another screen. Only what is being typed and
    # names no day stays, to be put right.
    if not unread(_DAY) or st.session_state.get(ARRIVED):
        set_day(_DAY, _day(asked))
    st.session_state[_ROUND] = asked if asked in closed else None
    with st.sidebar, st.expander("時点を指定", expanded=moment is not None):
        day_input("この日の終わりに分かっていた内容", None, _DAY, width="stretch", on_change=_day_given)
        if closed:
            names = _names()
            # No list to unfold: the menu is too narrow for a round's name beside the signs of one.
            st.radio(
                "締め切った照会の時点",
                sorted(closed, key=closed.__getitem__, reverse=True),
                index=None,
                format_func=lambda r: unmarked(names.get(r, r)),
                key=_ROUND,
                on_change=_round_picked,
            )


def _day_given() -> None:
    day, fault = typed(_DAY)
    if not fault:
        _ask(day.isoformat() if day else "")


def _round_picked() -> None:
    _ask(str(st.session_state.get(_ROUND) or ""))


def _ask(moment: str) -> None:
    """Put a moment into the address, also of the run that may take this one's place; none: back to now."""
    st.session_state[_WANTED] = moment
    _put(moment)


def drawn() -> None:
    """The page stands: from now on the address alone says what is asked for."""
    st.session_state.pop(_WANTED, None)


def _put(moment: str) -> None:
    if moment:
        st.query_params[AS_OF] = moment
    elif AS_OF in st.query_params:
        del st.query_params[AS_OF]


def banner(screen: str) -> None:
    """On every screen that shows the past: of when it is, that nothing can be changed, and the way back.

    Where a moment was asked for that cannot be shown: why now is shown instead.
    """
    moment, dropped = as_of(), st.session_state.pop(_DROPPED, "")
    if moment is None:
        why = why_now(dropped, _names(), today()) if dropped else None
        with st.container():  # its place stays when the words go
            if why is not None:
                notice(why)
        return
    rest = {k: v for k, v in st.query_params.to_dict().items() if k != AS_OF}
    back = link("今の表示に戻す", screen, **rest, **{AS_OF: ""})
    said = join(
        [tag("b", f"{told(moment, st.query_params[AS_OF])}で分かっていた内容です。"), "変更はできません。", back]
    )
    st.html(tag("div", said, "notice as-of", role="status"))


def told(moment: datetime, asked: str) -> str:
    """「令和8年3月31日時点」, or the round that was closed then."""
    day = Period.of_date(moment.date()).label.split("(")[0]
    if _day(asked):
        return f"{day}時点"
    return f"「{_names().get(asked, asked)}」を締め切った時点({day}{moment.hour}時{moment.minute:02d}分)"


def looking_back() -> bool:
    """Whether the past is shown, where nothing may be written; says so in place of what would write."""
    if as_of() is None:
        return False
    st.html(tag("div", _NOT_THEN.message + _NOT_THEN.advice, "empty"))
    return True


def closed_to_change(state: Assessment) -> bool:
    """Whether rounds, returns and judging rules stay as they are: the past is shown, or the plan's term is over."""
    return looking_back() or state.is_over


_NOT_THEN = Issue(
    "right.past",
    Severity.FIX,
    "過去の時点を表示しているため、操作はできません。",
    "「今の表示に戻す」を押すと操作できます。",
)


class PastServices(Services):
    """The services while the past is shown: one looks and takes figures away, and writes nothing."""

    def may(self, action: Action, place: Place = ANYWHERE) -> bool:
        """Only what leaves no trace in the store."""
        return action in _LOOKING and super().may(action, place)

    def _ask(self, action: Action, place: Place = ANYWHERE) -> None:
        super()._ask(action, place)
        if action not in _LOOKING:
            raise NotAllowed(_NOT_THEN)


_LOOKING = frozenset({Action.SEE_APPROVED, Action.SEE_RETURNS, Action.SEE_LOG, Action.SEE_HANDOVER, Action.EXPORT})
