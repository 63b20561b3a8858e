"""A row of a file on its way: its cells, the values they give, what refuses it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from crm.errors import RuleError
from crm.models import Partner, VatRate
from leads.importing import values
from leads.importing.fields import Field, Reads, fields_of
from leads.importing.lookups import Created, Finder, Unknown, UnknownValues, fold
from leads.importing.reading import Cell, FileRow, text_of
from leads.models.imports import DateOrder, ImportRun, NumberFormat

VAT_NAMES = {
    "zw": VatRate.EXEMPT,
    "zwolniony": VatRate.EXEMPT,
    "exempt": VatRate.EXEMPT,
    "np": VatRate.NOT_SUBJECT,
    "nie podlega": VatRate.NOT_SUBJECT,
}
PARTNER_KINDS = {
    "firma": Partner.Kind.COMPANY,
    "company": Partner.Kind.COMPANY,
    "osoba": Partner.Kind.PERSON,
    "osoba prywatna": Partner.Kind.PERSON,
    "person": Partner.Kind.PERSON,
}
SEPARATORS_OF_MANY = ",;|"


@dataclass(slots=True)
class Row:
    """A row with its typed values by field. `existing` is the stored row that it is about, `key` how it is known."""

    line: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    existing: models.Model | None = None
    key: str | None = None

    def refuse(self, message: str, column: str = "") -> None:
        """Say why the row can't be imported, and at which column."""
        self.errors.append({"column": column, "message": message})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file that fills a field, with the formats its cells are read in."""

    index: int
    header: str
    field: Field
    date_order: str
    number_format: str


class Reader:
    """Turns rows of the file into rows with values, by the mapping and the formats of a run."""

    def __init__(self, run: ImportRun) -> None:
        self.columns = columns_of(run)
        self.width = len(run.columns)
        self.headers = {column.field.name: column.header for column in self.columns}

    def read(self, source: FileRow) -> Row:
        """The row with the value of each mapped cell; references are still texts."""
        row = Row(source.line, source.cells)
        if any(text_of(cell) for cell in source.cells[self.width :]):
            row.refuse(_("The row has more cells than there are headers. Perhaps a separator stands inside a text."))
            return row
        for column in self.columns:
            cell = source.cells[column.index] if column.index < len(source.cells) else None
            try:
                row.values[column.field.name] = _value(cell, column)
            except ValidationError as error:
                row.refuse(" ".join(error.messages), column.header)
        return row

    def refuse(self, row: Row, refusal: RuleError | ValidationError) -> None:
        """Write down on `row` what a service answered."""
        if isinstance(refusal, RuleError):
            row.refuse(str(refusal), self.headers.get(refusal.field or "", ""))
        elif hasattr(refusal, "error_dict"):
            for name, messages in refusal.message_dict.items():
                row.refuse(" ".join(messages), self.headers.get(name, ""))
        else:
            row.refuse(" ".join(refusal.messages))


def columns_of(run: ImportRun) -> list[Column]:
    """The mapped columns of a run, each with the formats that its texts are read in.

    A column that leaves its date order or number format open is read as the other columns are.
    """
    fields = fields_of(run.kind)
    orders = [column["date_order"] for column in run.columns if column.get("date_order")]
    formats = [column["number_format"] for column in run.columns if column.get("number_format")]
    columns = []
    for index, column in enumerate(run.columns):
        if column.get("field") in fields:
            order = column.get("date_order") or (orders[0] if orders else DateOrder.DMY)
            format = column.get("number_format") or (formats[0] if formats else NumberFormat.POINT)
            columns.append(
                Column(
                    index=index,
                    header=column["header"],
                    field=fields[column["field"]],
                    date_order=order if run.date_order == DateOrder.AUTO else run.date_order,
                    number_format=format if run.number_format == NumberFormat.AUTO else run.number_format,
                )
            )
    return columns


def find_references(
    rows: Iterable[Row],
    finders: Mapping[str, Finder],
    reader: Reader,
    unknown: UnknownValues,
) -> list[Created]:
    """Put the rows that the texts of `rows` refer to in the place of the texts; return what was created for it."""
    rows = list(rows)
    created: list[Created] = []
    for name, finder in finders.items():
        many = finder.field.reads is Reads.MANY
        finder.load(
            text for row in rows for text in (row.values.get(name) or [] if many else [row.values.get(name)]) if text
        )
        for row in rows:
            value = row.values.get(name)
            if not value:
                continue
            texts = value if many else [value]
            found = []
            for text in texts:
                try:
                    found.append(finder.get(text, row.line, created))
                except Unknown as refusal:
                    unknown.add(name, text)
                    row.refuse(str(refusal), reader.headers[name])
                except RuleError as refusal:
                    row.refuse(str(refusal), reader.headers[name])
            row.values[name] = [item for item in found if item] if many else (found[0] if found else None)
    return created


def _value(cell: Cell, column: Column) -> Any:
    values.check_cell(cell)
    match column.field.reads:
        case Reads.TEXT:
            return values.parse_text(cell)
        case Reads.ONE:
            return values.parse_text(cell)[:250] or None
        case Reads.MANY:
            return _many(values.parse_text(cell))
        case Reads.MONEY:
            return values.parse_decimal(cell, column.number_format)
        case Reads.PERCENT:
            return values.parse_percent(cell, column.number_format)
        case Reads.DAY:
            return values.parse_date(cell, column.date_order)
        case Reads.MOMENT:
            return values.parse_moment(cell, column.date_order)
        case Reads.VAT:
            return _vat(values.parse_text(cell))
        case Reads.PARTNER_KIND:
            return _choice(values.parse_text(cell), PARTNER_KINDS)


def _many(text: str) -> list[str]:
    for separator in SEPARATORS_OF_MANY:
        text = text.replace(separator, "\n")
    return list(dict.fromkeys(part.strip() for part in text.split("\n") if part.strip()))


def _vat(text: str) -> str | None:
    bare = fold(text).strip("%. ").replace(",", ".")
    if not bare:
        return None
    if bare in VAT_NAMES:
        return VAT_NAMES[bare]
    try:
        share = float(bare)
    except ValueError:
        share = -1
    percent = f"{share * 100 if 0 < share < 1 else share:g}"
    if percent in VatRate.values:
        return percent
    raise ValidationError(_("“%(value)s” is no VAT rate: 23, 8, 5, 0, zw. or np."), params={"value": text})


def _choice(text: str, names: Mapping[str, str]) -> str | None:
    if not text:
        return None
    if fold(text) in names:
        return names[fold(text)]
    raise ValidationError(_("“%(value)s” is neither a company nor a person."), params={"value": text})
