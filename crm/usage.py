"""Where a row is used: the relations of its model tell, so that no app has to be told about a later one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Use:
    """Rows of one model that refer to a row by one of their fields."""

    model: type[models.Model]
    field: str
    count: int

    @property
    def label(self) -> str:
        """The plural name of the model."""
        return str(self.model._meta.verbose_name_plural)

    def list_url(self, row: models.Model) -> str:
        """Where these rows are listed; "" when nowhere. The app of their model tells (settings.USE_LISTS)."""
        path = settings.USE_LISTS.get(self.model._meta.label)
        return import_string(path)(field=self.field, pk=row.pk) if path else ""


def uses_of(row: models.Model) -> list[Use]:
    """What holds `row`: rows that refer to it and would not go with it (a cascade), hidden relations included.

    Relations without a constraint (history) hold nothing.
    """
    found = []
    for relation in _holding_relations(type(row)):
        model, field = relation.related_model, relation.field.name
        count = model._base_manager.filter(**{field: row.pk}).count()
        if count:
            found.append(Use(model=model, field=field, count=count))
    return found


def used_ones(model: type[models.Model], ids: Collection[int]) -> set[int]:
    """Which rows of a batch are held by others, by the same relations as `uses_of`; one query a relation."""
    used: set[int] = set()
    for relation in _holding_relations(model):
        field = relation.field.name
        used.update(
            relation.related_model._base_manager.filter(**{f"{field}__in": ids})
            .values_list(field, flat=True)
            .distinct()
        )
    return used


def count_by_label(uses: list[Use]) -> dict[str, int]:
    """The number of rows by the plural name of their model."""
    counts: dict[str, int] = {}
    for use in uses:
        counts[use.label] = counts.get(use.label, 0) + use.count
    return counts


def listed_uses(row: models.Model) -> list[tuple[str, int, str]]:
    """What holds `row`, for people: the plural name of the model, the number of its rows, and where they are listed."""
    uses = uses_of(row)
    urls = {use.label: use.list_url(row) for use in uses}
    return [(label, count, urls[label]) for label, count in count_by_label(uses).items()]


def _holding_relations(model: type[models.Model]) -> Iterator[ForeignObjectRel]:
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            isinstance(relation, (models.ManyToOneRel, models.OneToOneRel))
            and relation.on_delete is not models.CASCADE
            and getattr(relation.field, "db_constraint", True)
            and not relation.related_model._meta.proxy  # a view of other rows; those of pghistory have no table
        ):
            yield relation
