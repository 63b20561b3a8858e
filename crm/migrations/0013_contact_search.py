"""Contacts are searched like partners: a stored text without case and diacritics."""

import django.db.models.functions.text
from django.db import migrations, models


def _filled(value: models.F | models.Func) -> models.Func:
    return models.Func(value, models.Value(""), function="COALESCE", output_field=models.TextField())


def _digits(field: str) -> models.Func:
    return models.Func(
        models.F(field),
        models.Value("\\D"),
        models.Value(""),
        models.Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_settings_row")]

    operations = [
        migrations.AddField(
            model_name="partnercontact",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    django.db.models.functions.text.Concat(
                        _filled(models.F("first_name")),
                        models.Value(" "),
                        _filled(models.F("last_name")),
                        models.Value(" "),
                        _filled(models.F("email")),
                        models.Value(" "),
                        _filled(_digits("phone")),
                        models.Value(" "),
                        _filled(_digits("phone_e164")),
                        output_field=models.TextField(),
                    ),
                    function="lejek_normalise",
                ),
                output_field=models.TextField(),
            ),
        ),
    ]
