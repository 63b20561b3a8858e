"""Every text column of every model is classified: a new one without a line fails here."""

from config.env import BASE_DIR
from leads.personal.registry import answer_for, documentation, model_of, tables, text_columns


def test_every_text_column_is_said_to_hold_data_of_people_or_not() -> None:
    unknown = []
    for label, column in text_columns():
        try:
            answer_for(label, column.name)
        except KeyError:
            unknown.append(f"{label}.{column.name}")

    assert not unknown, "put it into the tables of its app (PERSONAL_DATA in the settings), or say why it holds none"


def test_the_documentation_is_what_the_tables_say() -> None:
    text = (BASE_DIR / "docs" / "personal-data.md").read_text(encoding="utf-8")

    assert text.endswith(documentation()), "write it anew: manage.py personal_data"


def test_the_tables_name_columns_that_exist() -> None:
    for table in tables():
        names = {column.name for column in model_of(table)._meta.concrete_fields}
        assert not {*table.columns, *(table.own or ()), *table.joined, *table.unnamed, *table.encoded} - names, (
            table.model
        )
        assert not set(table.within) - {owner.model for owner in tables()}, table.model
