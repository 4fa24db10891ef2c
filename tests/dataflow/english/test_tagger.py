"""Parts of speech in sentences of the kind the components meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtserve.dataflow.english.tagger import Tag, tag
from dtserve.dataflow.english.words import sentences


def tagged(text):
    return " ".join(t.value or "-" for sentence in sentences(text) for t in tag(sentence))


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("The customer complained about the faulty brake cable", "- NN - - - JJ NN NN"),
        ("Dogs chase cats and mountain paths are steep", "NNS - NNS - NN NNS - JJ"),
        ("We need to order two replacement wheels", "- - - - CD NN NNS"),
        ("The order was late", "- NN - JJ"),
        ("Please check the order", "- - - NN"),
        ("Check the cable", "- - NN"),
        ("The highest mountain is higher than the happiest town", "- JJS NN - JJR - - JJS NN"),
        ("In April Peter visited the Smiths", "- NNP NNP - - NNPS"),
        ("boxed bicycles were delivered quickly", "JJ NNS - - -"),
        ("a read-only file and a friendly family", "- JJ NN - - JJ NN"),
        ("the leaking pipe of the building", "- JJ NN - - NN"),
        ("She is reading a book", "- - NN - NN"),
        ("he'll return the book; it's broken", "- - - - NN - - JJ"),
        ("Methods help", "NNS -"),
        ("data mining in 2004 and the 3rd quarter", "NN NN - CD - - CD NN"),
        ("important improvements in general health", "JJ NNS - JJ NN"),
        ("the important", "- JJ"),
        ("Monday is a holiday", "NNP - - NN"),
        ("Customer wants to exchange a freezer", "NN - - - - NN"),
        ("use IT services", "- NNP NNS"),
    ],
)
def test_tags(text, tags):
    assert tagged(text) == tags


@given(st.text("abcdeghilnoprst '-.,ABC29", max_size=60))
def test_every_word_gets_a_tag(text):
    for sentence in sentences(text):
        assert len(tag(sentence)) == len(sentence)


def test_kinds():
    assert [t for t in Tag if t.is_noun] == [Tag.NOUN, Tag.NOUNS, Tag.PROPER, Tag.PROPERS]
    assert [t for t in Tag if t.is_proper] == [Tag.PROPER, Tag.PROPERS]
