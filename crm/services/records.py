"""What the services of partners and products share: cleaning, storing in batches, and deleting what is in use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.current import system_settings
from crm.errors import InUse, RuleError, StaleObject
from crm.history import acting_as
from crm.models import SystemSettings, User
from crm.models.versioned import Versioned
from crm.references import check_references, vanished
from crm.text import check_text
from crm.usage import Use, count_by_label, uses_of

Row = TypeVar("Row", bound=Versioned)
Refusal = RuleError | ValidationError


@dataclass(slots=True)
class Draft(Generic[Row]):
    """Values for one row of a batch: for a new one, or for `row` as it was loaded (for update, by the caller)."""

    values: Mapping[str, Any]
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Keeper(Generic[Row]):
    """How rows of a model are kept: `cleaners` by field (they raise ValidationError), `derive` fills what follows from
    other fields, `taken` is the sentence for each field that must be unique.
    """

    model: type[Row]
    cleaners: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    derive: Callable[[Row, SystemSettings], None] = lambda row, settings: None
    taken: Mapping[str, str | Promise] = field(default_factory=dict)

    def save(self, *, row: Row | None, values: Mapping[str, Any], by: User | None, version: int | None) -> Row:
        """One row, new or changed. Raises StaleObject when `version` is not the stored one, else as in `answers`."""
        with transaction.atomic():
            if row is not None:
                row = self.model._default_manager.select_for_update().get(pk=row.pk)
                if version is not None and row.version != version:
                    raise StaleObject(_("Somebody else has saved this record in the meantime."))
            answer = self.save_all(drafts=[Draft(values, row)], by=by)[0]
        if isinstance(answer, self.model):
            return answer
        raise answer  # type: ignore[misc]

    def save_all(self, *, drafts: Sequence[Draft[Row]], by: User | None) -> list[Row | Refusal]:
        """Each draft answered for itself, in order, by the stored row or by what refused it. A draft that changes
        nothing writes nothing.
        """
        settings = system_settings()
        answers: list[Row | Refusal] = []
        new: list[int] = []
        changed: list[Row] = []
        with transaction.atomic(), acting_as(by):
            for draft in drafts:
                row = draft.row or self.model()
                try:
                    columns = self._fill(row, draft.values, settings)
                    if draft.row is None:
                        new.append(len(answers))
                    elif columns:
                        self._store(row, update_fields=columns)
                        changed.append(row)
                except (RuleError, ValidationError) as refusal:
                    answers.append(refusal)
                else:
                    answers.append(row)
            self._insert(answers, new)
        self._reload(changed)
        return answers

    def _fill(self, row: Row, values: Mapping[str, Any], settings: SystemSettings) -> list[str]:
        """Put `values` into `row`, cleaned and checked; the names of the columns that changed."""
        columns = [f.attname for f in self.model._meta.concrete_fields if not f.generated]
        before = {name: getattr(row, name) for name in columns}
        errors: dict[str, Any] = {}
        for name, value in values.items():
            try:
                setattr(row, name, self._clean(name, value))
            except ValidationError as error:
                errors[name] = error
        self.derive(row, settings)
        checked_elsewhere = [f.name for f in self.model._meta.concrete_fields if f.is_relation or f.generated]
        try:
            row.clean_fields(exclude=[*checked_elsewhere, *errors])
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)
        return [name for name in columns if getattr(row, name) != before[name]]

    def _clean(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            value = check_text(value.strip())
        clean = self.cleaners.get(name)
        return clean(value) if clean else value

    def _insert(self, answers: list[Row | Refusal], new: list[int]) -> None:
        rows: list[Any] = [answers[index] for index in new]
        try:
            with transaction.atomic():
                self.model._default_manager.bulk_create(rows, batch_size=500)
                check_references()
        except IntegrityError:
            # One of them is taken: say so of that one, and store the others.
            for index, row in zip(new, rows, strict=True):
                row.pk = None
                row._state.adding = True
                try:
                    self._store(row)
                except RuleError as refusal:
                    answers[index] = refusal

    def _store(self, row: Row, **options: Any) -> None:
        try:
            with transaction.atomic():
                row.save(**options)
                check_references()
        except IntegrityError as error:
            if gone := vanished(error, self.model):
                raise gone from error
            constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
            for name, message in self.taken.items():
                if constraint == f"{self.model._meta.db_table}_{name}_key":
                    raise RuleError(message, field=name) from error
            raise

    def _reload(self, rows: Sequence[Row]) -> None:
        """Take over what the database wrote by itself."""
        stored = self.model._default_manager.in_bulk([row.pk for row in rows]) if rows else {}
        for row in rows:
            row.__dict__.update({k: v for k, v in stored[row.pk].__dict__.items() if k != "_state"})


def delete_unused(row: models.Model, *, by: User | None) -> None:
    """Delete `row` for good, with what cascades from it.

    Raises InUse with what refers to it, also when that came at the same moment.
    """
    with transaction.atomic(), acting_as(by):
        locked = type(row)._default_manager.select_for_update().get(pk=row.pk)
        refuse_used(locked, by=by)
        try:
            with transaction.atomic():
                locked.delete()
                connection.check_constraints()
        except (IntegrityError, models.ProtectedError):
            refuse_used(locked, by=by)
            raise


def refuse_used(row: models.Model, *, by: User | None) -> None:
    """Raise InUse when other rows refer to `row`. Those that `by` may not see are not counted, only mentioned."""
    uses = uses_of(row)
    seen = [replace(use, count=_count_visible(row, use, by)) for use in uses]
    counts = count_by_label([use for use in seen if use.count])
    if not uses:
        return
    parts = [f"{name}: {count}" for name, count in counts.items()]
    if seen != uses:
        parts.append(_("records that you may not see"))
    message = _("“%(name)s” can't be deleted, it is in use (%(uses)s). You can archive it instead.")
    raise InUse(message % {"name": row, "uses": ", ".join(parts)}, uses=counts, hides=seen != uses)


def _count_visible(row: models.Model, use: Use, by: User | None) -> int:
    manager: Any = use.model._default_manager
    if by is None or not hasattr(manager, "visible_to"):
        return use.count
    return int(manager.visible_to(by).filter(**{use.field: row.pk}).count())
