"""What an action says: where it was done, once; where that is gone, at the top; never nowhere."""

from streamlit.testing.v1 import AppTest

from tests.screenkit import everything


def script(places: list[str], *, ends: bool = True) -> None:
    import streamlit as st

    from pages.parts.shared import notices

    notices.begin()
    st.title("画面")
    notices.top()
    if st.button("押す", key="act"):
        notices.tell("here", "しました*。", refused=["県土整備部のため、できません。"])
    for place in places:
        st.header(place)
        notices.told(place)
    if ends:
        notices.rest()


def order(at):
    return [n.value for n in everything(at) if n.type in ("title", "header", "success", "warning", "heading")]


def drawn(places):
    return AppTest.from_function(script, kwargs={"places": places}).run()


def test_it_is_said_where_it_was_done_and_once():
    at = drawn(["there", "here"])
    at.button(key="act").click().run()
    assert order(at)[-3:] == ["here", "しました\\*。", "県土整備部のため、できません。"]
    at.run()
    assert not at.success
    assert not at.warning


def test_where_its_place_is_gone_it_is_said_under_the_title():
    at = drawn(["there"])
    at.button(key="act").click().run()
    assert order(at)[:3] == ["画面", "しました\\*。", "県土整備部のため、できません。"]


def test_a_run_cut_short_leaves_no_room_of_its_own_behind():
    at = drawn(["there"])
    for _ in range(3):
        at.button(key="act").click().run()
        assert len(at.success) == 1
        assert order(at)[1] == "しました\\*。"


def test_each_message_stands_in_a_box_of_its_own_number():
    """The page's script tells a new message from one that stands there already by the number."""
    at = drawn(["here"])
    turns = []
    for _ in range(2):
        at.button(key="act").click().run()
        turns.append(at.session_state["told-turn"])
    assert turns == [1, 2]
