"""Every word of a template that a person reads can be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# The report is set by a program of its own, in words that it translates itself.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "report" not in path.parts)

COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)
# What is typed into a shell is the same in every language.
TYPED = re.compile(r"<pre[^>]*><code>.*?</code></pre>", re.DOTALL)
BLOCK = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.DOTALL)
# The block that puts a class on the page.
CLASS = re.compile(r"{%\s*block width\s*%}.*?endblock\s*%}")
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
READ_ALOUD = re.compile(r'\b(?:alt|title|placeholder|aria-label|data-copied)="([^"]*)"')
DEFAULT = re.compile(r'\|default(?:_if_none)?:"([^"]*)"')
MARKUP = re.compile(r"<[^>]*>", re.DOTALL)
ENTITY = re.compile(r"&\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")
# What is the same in every language: the product's name, and technical words beside a value.
SAME_EVERYWHERE = {"mlops", "gov", "shap"}


def bare_words(source: str) -> list[str]:
    """Return the words of a template that stand outside translation tags."""
    defaults = [word for text in DEFAULT.findall(source) for word in WORD.findall(text)]
    text = TAG.sub("", CLASS.sub("", BLOCK.sub("", TYPED.sub("", COMMENT.sub("", source)))))
    read_aloud = [word for value in READ_ALOUD.findall(text) for word in WORD.findall(value)]
    shown = WORD.findall(ENTITY.sub("", MARKUP.sub(" ", text)))
    found = [*defaults, *read_aloud, *shown]
    return [word for word in found if word.lower() not in SAME_EVERYWHERE]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_word_outside_translation_tags(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<p title="Look here">{% translate "Hi" %}</p>', ["Look", "here"]),
        ('{{ who|default:"system" }}', ["system"]),
        ('<p class="soft">{% blocktranslate %}All {{ n }}{% endblocktranslate %} · 5 %</p>', []),
        ('{# a remark #}<a href="/models/">{% translate "Models" %}</a>', []),
        ('<input placeholder="{% translate \'Name\' %}" name="q">', []),
    ],
)
def test_the_scan_finds_a_planted_word(source: str, words: list[str]) -> None:
    assert bare_words(source) == words
