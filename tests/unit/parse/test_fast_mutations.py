"""Our sample feeds with parts moved, doubled, renamed, rewritten, taken out: both readers make the same of them."""

from __future__ import annotations

import copy
import random
from pathlib import Path

from lxml import etree

from aggregator.parse.decode import decode_body
from aggregator.parse.repair import mend, open_document
from tests.unit.parse.test_fast_differential import differences, read

FEEDS = sorted((Path(__file__).parents[2] / "feeds").glob("*.xml"))
SEEDS = range(4)
FEEDS_PER_SEED = 150
TEXTS = [
    "<p>High &amp; low</p>", "a & b", "caf\u00c3\u00a9 \u00a0", "\u0093so\u0094", "&#160;&nbsp;", "5 < 6", " ", "]] >",
    "a@b.example (Ada)", "https://example.org/?a=1&amp;b=2", "www.example.org/x", "2026-11-02T10:00:00Z",
    "<![CDATA[x", "<link href=''> <title type='x'>",
]  # fmt: skip


def test_both_readers_make_the_same_of_a_feed_with_parts_moved_about_and_rewritten() -> None:
    trees = [tree for tree in map(_tree, FEEDS) if tree is not None]
    parts = [part for tree in trees for part in _parts(tree) if len(part) < 5]
    roots = [tree for tree in trees if _is_read_fast(etree.tostring(tree, encoding="utf-8"))]
    read_fast = 0

    for seed in SEEDS:
        chance = random.Random(seed)
        for _ in range(FEEDS_PER_SEED):
            root = copy.deepcopy(chance.choice(roots))
            for _ in range(chance.randint(1, 12)):
                _change(root, parts, chance)
            document = etree.tostring(root, encoding="utf-8")
            read_fast += _is_read_fast(document)
            assert differences(document) == [], document.decode()

    assert read_fast > len(SEEDS) * FEEDS_PER_SEED / 3


def _is_read_fast(document: bytes) -> bool:
    feed = read(document)
    return feed is not None and feed.reader == "fast"


def _tree(path: Path) -> etree._Element | None:
    try:
        return etree.fromstring(mend(open_document(decode_body(path.read_bytes(), None))).encode())
    except etree.XMLSyntaxError:
        return None


def _parts(root: etree._Element) -> list[etree._Element]:
    return [part for part in root.iterdescendants() if isinstance(part.tag, str)]


def _change(root: etree._Element, parts: list[etree._Element], chance: random.Random) -> None:
    here, other = chance.choice(_parts(root) or [root]), copy.deepcopy(chance.choice(parts))
    parent = here.getparent()
    if parent is None:
        return
    match chance.randrange(9):
        case 0:
            parent.remove(here)
        case 1:
            here.addnext(other)
        case 2:
            here.addprevious(other)
        case 3:
            here.addnext(copy.deepcopy(here))
        case 4:
            here.append(other)
        case 5:
            here.tag = other.tag
        case 6:
            here.text = chance.choice(TEXTS)
        case 7:
            here.text = etree.CDATA(chance.choice(TEXTS))
        case _:
            here.attrib.update(other.attrib)
