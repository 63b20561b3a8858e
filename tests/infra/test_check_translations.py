"""The check of translations finds each kind of fault."""

from babel.messages.catalog import Catalog

from crm.management.commands.check_translations import compare, extract


def catalog(**texts: str) -> Catalog:
    made = Catalog(locale="pl")
    for text, translation in texts.items():
        made.add(text, translation)
    return made


def test_complete():
    assert compare(catalog(Lead=""), catalog(Lead="Lead")) == []


def test_missing_empty_and_not_used():
    found = compare(catalog(Lead="", Partner=""), catalog(Partner="", Product="Produkt"))

    assert sorted(found) == ["empty: 'Partner'", "missing: 'Lead'", "not used: 'Product'"]


def test_fuzzy():
    translated = catalog()
    translated.add("Lead", "Szansa", flags=["fuzzy"])

    assert compare(catalog(Lead=""), translated) == ["fuzzy: 'Lead'"]


def test_a_plural_form_is_lacking():
    used, translated = catalog(), catalog()
    used.add(("%(n)s lead", "%(n)s leads"), flags=["python-format"])
    translated.add(("%(n)s lead", "%(n)s leads"), ("%(n)s lead", "%(n)s leady", ""))

    assert compare(used, translated) == ["empty: '%(n)s lead'"]


def test_a_placeholder_is_wrong():
    used, translated = catalog(), catalog()
    used.add("Hello %(name)s", flags=["python-format"])
    translated.add("Hello %(name)s", "Witaj %(imię)s")

    assert [fault.rpartition(": ")[2] for fault in compare(used, translated)] == ["'Hello %(name)s'"]


def test_texts_are_found_in_code_and_templates(tmp_path):
    (tmp_path / "crm").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "crm/forms.py").write_text("from django.utils.translation import gettext as _\n_('Lead')\n")
    (tmp_path / "templates/a.html").write_text(
        "{% load i18n %}{% translate 'Partner' %}"
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} lead\n{% plural %}\n  {{ n }} leads\n{% endblocktranslate %}"
    )

    found = {str(message.id) for message in extract(tmp_path) if message.id}

    assert found == {"Lead", "Partner", "('%(n)s lead', '%(n)s leads')"}
    assert not (tmp_path / "locale").exists()
