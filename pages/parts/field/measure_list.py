"""The initiatives of an item as the plan has them: what stands below them, what they repeat or carry on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi.assessment import Assessment
from kpi.initiatives.continuity import Carried, carried_on
from kpi.initiatives.initiative import LAW_KINDS, Initiative
from kpi.plan import Item
from pages.parts.app.plan_choice import shown_plans
from pages.parts.shared.markup import Content, Markup, join, link, listing, tag


def measures(state: Assessment, item: Item) -> Markup:
    """The tree of an item's initiatives; nothing where it has none."""
    own = [one for one in state.plan.initiatives if one.item_id == item.id]
    if not own:
        return Markup("")
    beyond = _beyond(carried_on(shown_plans()), state.plan.id)
    head = tag("b", state.plan.words.get("initiatives", "取組方針"))
    return join([head, _level(state, own, "", beyond), _kinds(own)])


def _level(state: Assessment, own: Sequence[Initiative], parent_id: str, beyond: Mapping[str, list[Markup]]) -> Markup:
    here = [one for one in own if one.parent_id == parent_id]
    if not here:
        return Markup("")
    return listing(join([_one(state, one, beyond), _level(state, own, one.id, beyond)]) for one in here)


def _one(state: Assessment, one: Initiative, beyond: Mapping[str, list[Markup]]) -> Markup:
    number = f"{one.number} " if one.number else ""
    below = [tag("small", one.detail)] if one.detail.startswith("〈") else []
    rest = "" if below else one.detail
    again = [tag("small", _main(state, one))] if one.refers_to else []
    lines: list[Content] = [f"{number}{one.name}{rest}", *below, *again, *beyond.get(one.id, [])]
    return join(tag("div", line) for line in lines)


def _main(state: Assessment, one: Initiative) -> Content:
    """Where a 再掲 stands first."""
    main = state.plan.initiative(one.refers_to)
    field = next(f for f in state.plan.fields if any(i.id == main.item_id for i in f.items))
    said = [] if main.name == one.name else [f"「{main.name}」"]
    return join(["再掲。主掲載: ", link(field.short, "field", field=field.id), *said])


def _kinds(own: Sequence[Initiative]) -> Markup:
    """The kinds of the law under which the plan puts them."""
    kinds = dict.fromkeys(LAW_KINDS[kind] for one in own for kind in one.law_kinds)
    return tag("div", f"官民データ活用推進基本法の区分: {'、'.join(kinds)}", "meta") if kinds else Markup("")


def _beyond(carried: Sequence[Carried], plan_id: str) -> dict[str, list[Markup]]:
    """What another plan says of each initiative: what it was called before, what it became."""
    told: dict[str, list[Markup]] = {}
    for one in carried:
        if one.after.id == plan_id:
            changed = "(言葉が変わっています)" if one.is_reworded else ""
            words = f"前の計画「{one.before_name}」から続く取組: {one.earlier.name}{changed}"
            told.setdefault(one.later.id, []).append(tag("small", words))
        if one.before.id == plan_id:
            words = f"「{one.after_name}」に引き継がれています: {one.later.name}"
            told.setdefault(one.earlier.id, []).append(tag("small", words))
    return told
