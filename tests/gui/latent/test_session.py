"""The session: what is asked, which answers count, and what outlives the engine."""

import numpy as np
import pytest

from engine.messages import (
    AskForWeights,
    Decode,
    Decoded,
    Drop,
    EndTraining,
    Noticed,
    OpenTrained,
    PictureData,
    PictureProgress,
    TrainPictures,
    Weights,
)
from tests.gui.latent.fakes import catalogue, item, ready


def decoded(asked: Decode, value: int = 0) -> Decoded:
    return Decoded(asked.run, asked.channel, asked.serial, np.full((1, 1, 1, 1), value, np.uint8))


def trained(session, link):
    """Start a training; the message that asked for it."""
    session.train(PictureData("faces"), "vae", {}, 60.0, 0)
    return link.of(TrainPictures)[-1]


# ---- questions


def test_answers_never_go_back_in_time(opened, link):
    heard = []
    channel = opened.channel(heard.append)
    channel.ask(Decode)
    channel.ask(Decode)
    old, new = link.of(Decode)
    link.received.emit(decoded(new))
    link.received.emit(decoded(old))
    assert [each.serial for each in heard] == [new.serial]
    assert not channel.is_waiting


def test_an_older_answer_is_shown_until_the_newest_comes(opened, link):
    heard = []
    channel = opened.channel(heard.append)
    channel.ask(Decode)
    channel.ask(Decode)
    for asked in link.of(Decode):
        assert channel.is_waiting
        link.received.emit(decoded(asked))
    assert len(heard) == 2
    assert not channel.is_waiting


def test_an_answer_of_another_model_is_let_go(opened, link):
    heard = []
    opened.channel(heard.append).ask(Decode)
    asked = link.of(Decode)[-1]
    link.received.emit(Decoded(asked.run + 50, asked.channel, asked.serial))
    assert heard == []


def test_each_view_hears_its_own_answers_and_its_own_refusals(opened, link):
    heard = {"a": [], "b": []}
    one = opened.channel(heard["a"].append, heard["a"].append)
    other = opened.channel(heard["b"].append, heard["b"].append)
    one.ask(Decode)
    other.ask(Decode)
    first, second = link.of(Decode)
    link.received.emit(Noticed("No.", first.run, first.serial))
    link.received.emit(decoded(second))
    assert heard["a"] == ["No."]
    assert [each.serial for each in heard["b"]] == [second.serial]


def test_a_refusal_of_an_older_question_is_no_news(opened, link):
    refused = []
    channel = opened.channel(lambda _: None, refused.append)
    channel.ask(Decode)
    channel.ask(Decode)
    old = link.of(Decode)[0]
    link.received.emit(Noticed("No.", old.run, old.serial))
    assert refused == []
    assert channel.is_waiting


# ---- models


def test_the_first_of_the_catalogue_is_opened_when_the_lab_is_looked_at(session, link):
    assert [each.name for each in link.of(OpenTrained)] == ["a"]
    assert session.ready is None


def test_of_two_that_are_opened_the_later_one_counts_and_the_other_is_forgotten(opened, link):
    opened.open("b")
    slow = link.of(OpenTrained)[-1].run
    opened.open("a")
    wanted = link.of(OpenTrained)[-1].run
    link.received.emit(ready(slow))
    assert opened.number != slow
    assert link.of(Drop)[-1].run == slow
    link.received.emit(ready(wanted))
    assert opened.number == wanted


def test_another_model_of_the_same_pictures_keeps_the_shelf_without_codes(opened, link):
    opened.keep(item())
    opened.open("b")
    link.received.emit(ready(link.of(OpenTrained)[-1].run))
    assert [len(each.code) for each in opened.shelf] == [0]


def test_another_kind_of_pictures_empties_the_shelf(opened, link):
    opened.keep(item())
    opened.open("b")
    link.received.emit(ready(link.of(OpenTrained)[-1].run, shape=(8, 8, 3)))
    assert opened.shelf == []


def test_what_cannot_be_opened_leaves_what_was_open(opened, link):
    before, told = opened.number, []
    opened.opening_failed.connect(told.append)
    opened.open_file("bad", b"no weights", b"{}")
    link.received.emit(Noticed("bad.json is no card.", link.of(OpenTrained)[-1].run))
    assert told == ["bad.json is no card."]
    assert opened.number == before
    link.died.emit("killed")
    link.received.emit(catalogue())
    assert link.of(OpenTrained)[-1].name == "a"


# ---- training


def test_a_model_that_was_trained_takes_the_place_of_the_one_before(opened, link):
    before, asked = opened.number, trained(opened, link)
    assert opened.is_training
    link.received.emit(ready(asked.run))
    assert (opened.number, opened.is_training) == (asked.run, False)
    assert Drop(before) in link.sent


def test_stop_and_use_asks_the_engine_and_waits_for_its_model(opened, link):
    asked = trained(opened, link)
    opened.end_training()
    assert link.of(EndTraining)[-1].run == asked.run
    assert opened.is_training


def test_a_training_that_fails_leaves_the_model_and_says_why(opened, link):
    before, told = opened.number, []
    opened.training_failed.connect(told.append)
    asked = trained(opened, link)
    link.received.emit(Noticed("x.png is no picture.", asked.run))
    assert told == ["x.png is no picture."]
    assert (opened.is_training, opened.number) == (False, before)


def test_what_a_training_that_broke_off_had_learnt_is_used(opened, link):
    asked = trained(opened, link)
    link.received.emit(Noticed("The loss ran away at step 900.", asked.run))
    link.received.emit(ready(asked.run))
    assert opened.number == asked.run


def test_of_a_training_that_broke_off_nothing_is_used_once_another_model_is_wanted(opened, link):
    asked = trained(opened, link)
    link.received.emit(Noticed("The loss ran away at step 900.", asked.run))
    opened.open("b")
    link.received.emit(ready(asked.run))
    assert opened.number != asked.run
    assert Drop(asked.run) in link.sent


def test_progress_of_a_training_that_was_replaced_is_let_go(opened, link):
    heard = []
    opened.progress_came.connect(heard.append)
    old, new = trained(opened, link), trained(opened, link)
    assert Drop(old.run) in link.sent
    for asked in (old, new):
        link.received.emit(PictureProgress(asked.run, 1, 0.5, 1.0, 1.0, {}, 0.0))
    assert [each.run for each in heard] == [new.run]


# ---- the engine's death


def test_a_new_engine_opens_the_same_model_and_all_stays(opened, link):
    opened.keep(item())
    opened.look_at(opened.shelf[0])
    link.died.emit("killed")
    link.received.emit(catalogue())
    first, again = link.of(OpenTrained)
    assert again == first
    link.received.emit(ready(again.run))
    assert len(opened.shelf[0].code) == 3
    assert opened.item is opened.shelf[0]


def test_a_training_that_ran_when_the_engine_died_is_told_as_lost(opened, link):
    told = []
    opened.training_failed.connect(told.append)
    trained(opened, link)
    link.died.emit("killed")
    assert not opened.is_training
    assert "lost" in told[0]


def test_weights_that_were_trained_outlive_the_engine(opened, link):
    asked = trained(opened, link)
    link.received.emit(ready(asked.run))
    question = link.of(AskForWeights)[-1]
    link.received.emit(Weights(question.run, question.channel, question.serial, "weights", b"content", b"card"))
    link.died.emit("killed")
    link.received.emit(catalogue())
    again = link.of(OpenTrained)[-1]
    assert (again.run, again.content, again.card, again.data) == (asked.run, b"content", b"card", asked.data)
    assert len(link.of(TrainPictures)) == 1


def test_questions_that_were_open_when_the_engine_died_are_given_up(opened, link):
    channel = opened.channel(lambda _: None)
    channel.ask(Decode)
    link.died.emit("killed")
    assert not channel.is_waiting


# ---- the shelf


def test_a_full_shelf_lets_the_oldest_go(opened):
    for value in range(61):
        opened.keep(item(value))
    assert len(opened.shelf) == 60
    assert opened.shelf[0].pixels[0, 0, 0] == 1


@pytest.mark.parametrize("position", [0, 1])
def test_a_picture_is_taken_from_the_shelf(opened, position):
    opened.keep(item(0))
    opened.keep(item(1))
    opened.forget(position)
    assert [int(each.pixels[0, 0, 0]) for each in opened.shelf] == [1 - position]
