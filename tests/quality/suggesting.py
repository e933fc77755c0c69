"""What `rules suggest` is worth: F1 on other headlines of a new subject, before and after its edits are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.categorize import categorize, compile_rules
from aggregator.config import CategoryConfig, load
from aggregator.model import Entry, Source, StoredEntry
from aggregator.tuning.categories_file import CategoryFile
from aggregator.tuning.edits import write_all
from aggregator.tuning.examples import resolve
from aggregator.tuning.suggestions import suggest
from tests.builders import make_stored
from tests.quality.categories import Score, our_headlines

SUBJECTS = Path(__file__).with_name("subjects.txt")
SOURCE = Source(name="sample", url="https://sample.example/feed")
_MOST_ROUNDS = 10


@dataclass(frozen=True)
class Labelled:
    is_yes: bool
    language: str
    title: str

    @property
    def entry(self) -> Entry:
        return Entry(key=self.title, title=self.title, language=self.language)


@dataclass(frozen=True)
class Subject:
    name: str
    terms: tuple[str, ...]
    examples: tuple[Labelled, ...]
    others: tuple[Labelled, ...]


def subjects() -> list[Subject]:
    parts = SUBJECTS.read_text("utf-8").split("\n= ")[1:]
    return [_subject(part) for part in parts]


def _subject(text: str) -> Subject:
    name, terms, *rows = (line for line in text.splitlines() if not line.startswith("#"))
    found: dict[str, list[Labelled]] = {"example": [], "other": []}
    for row in filter(None, rows):
        kind, language, title = row.split(" | ", 2)
        use, label = kind.split()
        found[use].append(Labelled(label == "yes", language, title))
    listed = tuple(terms.removeprefix("terms: ").split(", "))
    return Subject(name, listed, tuple(found["example"]), tuple(found["other"]))


def score(category: CategoryConfig, headlines: Sequence[Labelled]) -> Score:
    rules = compile_rules([category.model_copy(update={"examples": type(category.examples)()})])
    found = [bool(categorize(each.entry, SOURCE, rules)) for each in headlines]
    return Score(
        right=sum(has and each.is_yes for has, each in zip(found, headlines, strict=True)),
        found=sum(found),
        labelled=sum(each.is_yes for each in headlines),
    )


def everyday_store() -> list[tuple[StoredEntry, Source]]:
    """Return what a store may hold besides: our headlines on other subjects."""
    return [(make_stored(each.title, summary=each.teaser, content=""), SOURCE) for each in our_headlines()]


def written(subject: Subject, folder: Path) -> Path:
    """Write the rule that somebody begins with, and the right answers."""
    listed = "".join(f"      - {term}\n" for term in subject.terms)
    examples = "".join(
        f"      {key}:\n"
        + "".join(f"      - {_quoted(each.title)}\n" for each in subject.examples if each.is_yes is is_yes)
        for key, is_yes in (("yes", True), ("no", False))
    )
    path = folder / "aggregator.yaml"
    head = f"# A new subject.\ncategories:\n  - name: {subject.name}\n    any:   # to begin with\n"
    path.write_text(f"{head}{listed}    examples:\n{examples}")
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def learn(path: Path, name: str, stored: Sequence[tuple[StoredEntry, Source]]) -> list[str]:
    """Write what is suggested, until there is nothing more to say; return the edits in words."""
    done: list[str] = []
    for _ in range(_MOST_ROUNDS):
        config = load(path)
        [category] = config.categories
        found = suggest(category, resolve([category], None, ()), stored)
        if not found.edits:
            return done
        file = CategoryFile(path, name)
        write_all([each.edit for each in found.edits], file)
        file.write()
        done += [each.edit.words for each in found.edits]
    raise AssertionError("it never ends")


def report() -> Iterator[str]:
    stored = everyday_store()
    for subject in subjects():
        with TemporaryDirectory() as folder:
            path = written(subject, Path(folder))
            before = load(path).categories[0]
            edits = learn(path, subject.name, stored)
            after = load(path).categories[0]
        for name, headlines in (("its examples", subject.examples), ("other headlines", subject.others)):
            first, last = score(before, headlines), score(after, headlines)
            gain = f"precision {first.precision:.3f} to {last.precision:.3f}"
            gain += f", recall {first.recall:.3f} to {last.recall:.3f}"
            yield f"{subject.name}, {name}: F1 {first.f1:.3f} before, {last.f1:.3f} after ({gain})"
        yield f"  {len(edits)} edits: {'; '.join(edits)}"
