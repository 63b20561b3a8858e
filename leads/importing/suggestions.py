"""What unknown values of a file may stand for: the nearest known names."""

import re
from difflib import SequenceMatcher
from typing import Any

from django.db import connection, models
from psycopg import sql

from crm.models import LeadStatus, Partner, Product, User
from leads.importing.fields import fields_of, normal
from leads.importing.lookups import CREATE, MAP, UnknownValues
from leads.models.imports import ImportRun

SHOWN = 100
OFFERED = 5
LARGE = 20_000
WORTH_OFFERING = 0.2
LIKELY = 0.75
# What the ends of a funnel are called in other systems; ours are known by their marks.
WON = {"won", "closed won", "wygrana", "wygrany", "wygrane", "sukces", "success", "sprzedane"}
LOST = {"lost", "closed lost", "porazka", "przegrana", "przegrany", "przegrane", "utracony", "utracone", "failed"}

NEAREST = """
WITH choice AS MATERIALIZED (
    SELECT id, label, lejek_normalise(label) AS plain,
           regexp_replace(lejek_normalise(label), '[^[:alnum:]]', '', 'g') AS bare
    FROM (SELECT id, {label} AS label FROM {table}) named
)
SELECT value.text, nearest.id, nearest.label
FROM unnest(%s::text[]) AS value(text)
CROSS JOIN LATERAL (
    SELECT id, label, greatest(
        similarity(plain, lejek_normalise(value.text)),
        similarity(bare, regexp_replace(lejek_normalise(value.text), '[^[:alnum:]]', '', 'g'))
    ) AS score
    FROM choice ORDER BY score DESC, label LIMIT %s
) nearest
WHERE nearest.score >= %s
"""


def describe_unknown(run: ImportRun, unknown: UnknownValues) -> dict[str, Any]:
    """The unknown values by field, the most frequent first, each with how many rows have it and the nearest names.

    `likely` is what the user is offered as the first choice: the nearest name when it is near enough, else to create.
    """
    fields = fields_of(run.kind)
    described: dict[str, Any] = {}
    for name, counts in unknown.counts.items():
        model = fields[name].refers_to
        assert model is not None
        texts = [text for text, _count in counts.most_common(SHOWN)]
        offers = nearest(model, texts)
        described[name] = {
            "values": [_describe(model, text, counts[text], offers.get(text, [])) for text in texts],
            "more": len(counts) - len(texts),
        }
    return described


def nearest(model: type[models.Model], texts: list[str]) -> dict[str, list[dict[str, Any]]]:
    """For each text the rows of `model` with the most similar names, nearest first."""
    if model in (Partner, Product) and model._base_manager.all()[LARGE : LARGE + 1]:
        texts = texts[:20]  # so many names are compared one by one
    label = sql.SQL("first_name || ' ' || last_name") if model is User else sql.Identifier("name")
    query = sql.SQL(NEAREST).format(label=label, table=sql.Identifier(model._meta.db_table))
    offers: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(query, [texts, OFFERED, WORTH_OFFERING])
        for text, pk, name in cursor.fetchall():
            offers.setdefault(text, []).append({"id": pk, "label": name, "score": _alikeness(text, name)})
    return {text: sorted(found, key=lambda offer: -offer["score"]) for text, found in offers.items()}


def _alikeness(one: str, other: str) -> float:
    """How much of two names is the same, in order; case, accents and spaces do not count. 1 is all."""
    return round(SequenceMatcher(None, normal(one).replace(" ", ""), normal(other).replace(" ", "")).ratio(), 2)


def _describe(model: type[models.Model], text: str, count: int, offers: list[dict[str, Any]]) -> dict[str, Any]:
    if model is LeadStatus and (marked := _marked_status(text)):
        offers = [marked, *(offer for offer in offers if offer["id"] != marked["id"])]
    likely = offers[0] if offers and offers[0]["score"] >= LIKELY else None
    return {
        "text": text,
        "count": count,
        "offers": offers,
        "likely": {"do": MAP, "id": likely["id"]} if likely else {"do": CREATE},
    }


def _marked_status(text: str) -> dict[str, Any] | None:
    """The status that a won or lost one of another system is here, by its mark."""
    name = re.sub(r"\s+", " ", normal(text))
    marked = LeadStatus.objects.filter(is_archived=False)
    status = None
    if name in WON:
        status = marked.filter(is_won=True).first()
    elif name in LOST:
        status = marked.filter(is_lost=True).first()
    return {"id": status.pk, "label": status.name, "score": 1.0} if status else None
