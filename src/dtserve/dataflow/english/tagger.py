"""Parts of speech of the words of a sentence: nouns, proper nouns, adjectives and numbers; all else is discarded.

A word is looked up in the lists, then its ending is looked at, then its neighbours decide
between noun and verb, adjective and verb. A word that nothing speaks against is a noun.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence

from dtserve.dataflow.english import lexicon
from dtserve.dataflow.english.stems import is_plural, singular
from dtserve.dataflow.english.words import Word

__all__ = ["Tag", "tag"]


class Tag(enum.Enum):
    """What a word is."""

    NOUN = "NN"
    NOUNS = "NNS"
    PROPER = "NNP"
    PROPERS = "NNPS"
    ADJECTIVE = "JJ"
    COMPARATIVE = "JJR"
    SUPERLATIVE = "JJS"
    NUMBER = "CD"
    OTHER = ""

    @property
    def is_noun(self) -> bool:
        """Noun or proper noun, singular or plural."""
        return self in (Tag.NOUN, Tag.NOUNS, Tag.PROPER, Tag.PROPERS)

    @property
    def is_proper(self) -> bool:
        """Proper noun."""
        return self in (Tag.PROPER, Tag.PROPERS)


_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?")
_ADJECTIVE_END = re.compile(
    r".{2,}(?:ous|ful|less|able|ible|ical|ial|ional|ative|itive|ctive|ssive|ish|esque|ary|ular|ant|ent|ic|ive)"
)
_NEVER_ADJECTIVE = re.compile(r".+(?:tion|sion|ment|ness|ship|hood|ity|ance|ence|ism)")
_VERB_MARKS = lexicon.VERB_MARKS | lexicon.MODALS
_NOUN_MARKS = lexicon.DETERMINERS | (lexicon.PREPOSITIONS - {"to"}) | {"'s"}


def tag(words: Sequence[Word]) -> list[Tag]:
    """The part of speech of each word of a sentence."""
    tags: list[Tag] = []
    for at, word in enumerate(words):
        before = words[at - 1].text.lower() if at and not tags[-1].is_proper else ""
        after = words[at + 1].text.lower() if at + 1 < len(words) else ""
        found = _tag(word, before, tags[-1] if tags else Tag.OTHER, after)
        if word.first and found.is_noun and _begins_name(words):
            found = Tag.PROPERS if is_plural(word.text) else Tag.PROPER
        tags.append(found)
    return tags


def _begins_name(words: Sequence[Word]) -> bool:
    """Whether the first word of a sentence is capitalised and so is the next one, numbers aside."""
    if not words[0].text[:1].isupper():
        return False
    for word in words[1:]:
        if not word.text.isdigit():
            return word.text[:1].isupper()
    return False


def _tag(word: Word, before: str, tag_before: Tag, after: str) -> Tag:
    low = word.text.lower()
    if _NUMBER.fullmatch(low) or low in lexicon.NUMBERS:
        return Tag.NUMBER
    if low.startswith("'") or not any(c.isalpha() for c in low):
        return Tag.OTHER
    if low in lexicon.PROPER_NAMES:
        return Tag.PROPER
    if low in lexicon.FUNCTION_WORDS and not (word.text.isupper() and len(low) > 1 and not word.first):
        return Tag.OTHER
    if word.text[0].isupper() and (not word.first or word.text[1:] != low[1:]):
        return Tag.PROPERS if is_plural(word.text) else Tag.PROPER
    if "-" in low or "_" in low:
        return Tag.ADJECTIVE if _may_be_noun(after) else Tag.NOUNS if is_plural(low) else Tag.NOUN
    adjective = _adjective(low)
    if adjective is not Tag.OTHER and not _stands_as_noun(low, before, tag_before, after):
        return adjective
    if _is_verb(low, before, tag_before, after, first=word.first):
        return Tag.OTHER
    if low.endswith("ed") and len(low) > 4 and low not in ("need", "speed", "feed", "seed", "breed"):
        return _participle(before, tag_before, after)
    if low.endswith("ing") and len(low) > 5 and singular(low) not in lexicon.GERUND_NOUNS:
        return Tag.ADJECTIVE if before in lexicon.DETERMINERS and _may_be_noun(after) else Tag.OTHER
    if low.endswith("ly") and low not in lexicon.LY_NOUNS and len(low) > 3:
        return Tag.OTHER
    return Tag.NOUNS if is_plural(low) else Tag.NOUN


def _adjective(low: str) -> Tag:
    if low in lexicon.ADJECTIVES or low in lexicon.LY_ADJECTIVES:
        return Tag.ADJECTIVE
    for ending, kind in (("est", Tag.SUPERLATIVE), ("er", Tag.COMPARATIVE)):
        if low.endswith(ending):
            stem = low[: -len(ending)]
            stems = {stem, stem + "e"}
            if stem.endswith("i"):
                stems.add(stem[:-1] + "y")
            if stem[-1:] == stem[-2:-1]:
                stems.add(stem[:-1])
            if len(stem) > 2 and stems & lexicon.ADJECTIVES:
                return kind
    if low in lexicon.NOUNS_LIKE_ADJECTIVES or low in lexicon.NOUN_OR_VERB or low in lexicon.VERBS:
        return Tag.OTHER
    if _NEVER_ADJECTIVE.fullmatch(low):
        return Tag.OTHER
    return Tag.ADJECTIVE if _ADJECTIVE_END.fullmatch(low) else Tag.OTHER


def _stands_as_noun(low: str, before: str, tag_before: Tag, after: str) -> bool:
    """Whether an adjective that may be a noun has no noun after it but a determiner or adjective before it."""
    if low not in lexicon.NOUN_OR_VERB and low not in lexicon.NOUNS_LIKE_ADJECTIVES:
        return False
    return (before in lexicon.DETERMINERS or tag_before is Tag.ADJECTIVE) and not _may_be_noun(after)


def _may_be_noun(word: str) -> bool:
    """Whether the next word is none of those that are never part of a term."""
    if word.endswith("ly") and word not in lexicon.LY_NOUNS and word not in lexicon.LY_ADJECTIVES:
        return False
    return bool(word) and word not in lexicon.FUNCTION_WORDS and not word.startswith("'")


def _is_verb(low: str, before: str, tag_before: Tag, after: str, *, first: bool) -> bool:
    bare = low in lexicon.VERBS or low in lexicon.NOUN_OR_VERB
    stem = singular(low)
    either = low in lexicon.NOUN_OR_VERB or stem in lexicon.NOUN_OR_VERB
    if not bare and stem not in lexicon.VERBS and stem not in lexicon.NOUN_OR_VERB:
        return False
    if before in _VERB_MARKS or before in lexicon.SUBJECTS:
        return True
    if before in _NOUN_MARKS or tag_before in (Tag.ADJECTIVE, Tag.COMPARATIVE, Tag.SUPERLATIVE, Tag.NUMBER):
        return low in lexicon.VERBS and not either
    if not either:
        return True
    if first:
        return bare and low == stem and (after in lexicon.DETERMINERS or after in lexicon.PRONOUNS)
    if tag_before.is_noun:
        plural = tag_before in (Tag.NOUNS, Tag.PROPERS) and low == stem
        return (
            plural
            or after == "to"
            or after in lexicon.DETERMINERS
            or after in lexicon.PRONOUNS
            or after in lexicon.ADJECTIVES
        )
    return False


def _participle(before: str, tag_before: Tag, after: str) -> Tag:
    """A word in -ed: an adjective before a noun, unless a subject stands before it."""
    if not _may_be_noun(after) or before in lexicon.SUBJECTS or tag_before.is_noun or before in lexicon.MODALS:
        return Tag.OTHER
    return Tag.ADJECTIVE
