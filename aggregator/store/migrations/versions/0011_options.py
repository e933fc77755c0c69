"""Options of sources: one object in place of a column for each that no query asks for."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# What is left out of the object, as nothing of it was configured.
_DEFAULTS: Mapping[str, Any] = {
    "kind": "auto",
    "categories": [],
    "every": None,
    "keep": None,
    "drop": None,
    "throttled_by": [],
    "page": None,
    "depth": 0,
    "links": None,
    "select": None,
    "full": False,
}

_SOURCES = sa.table(
    "sources",
    sa.column("pk", sa.Integer()),
    sa.column("kind", sa.Text()),
    sa.column("categories", sa.JSON()),
    sa.column("every_s", sa.Integer()),
    sa.column("keep", sa.Text()),
    sa.column("drop", sa.Text()),
    sa.column("throttled_by", sa.JSON()),
    sa.column("page_rules", sa.JSON()),
    sa.column("depth", sa.Integer()),
    sa.column("links", sa.Text()),
    sa.column("select", sa.Text()),
    sa.column("is_full", sa.Boolean()),
    sa.column("options", sa.JSON()),
)
_MOVED = tuple(column for column in _SOURCES.c if column.name not in {"pk", "options"})


def upgrade() -> None:
    op.add_column("sources", sa.Column("options", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    found = connection.execute(sa.select(_SOURCES.c.pk, *_MOVED)).mappings().all()
    moved = [{"of_pk": row["pk"], "moved": options} for row in found if (options := _options(row))]
    if moved:
        update = _SOURCES.update().where(_SOURCES.c.pk == sa.bindparam("of_pk"))
        connection.execute(update.values(options=sa.bindparam("moved")), moved)
    for column in _MOVED:
        op.drop_column("sources", column.name)


def _options(row: sa.RowMapping) -> dict[str, Any]:
    rules = row["page_rules"]
    options = {name: row[name] for name in _DEFAULTS if name in row} | {
        "every": None if row["every_s"] is None else f"PT{row['every_s']}S",
        "page": {name: value for name, value in rules.items() if value is not None} if rules else None,
        "full": bool(row["is_full"]),
    }
    return {name: value for name, value in options.items() if value != _DEFAULTS[name]}
