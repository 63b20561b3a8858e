"""Contacts count their changes, like partners; cities are sorted in Polish order."""

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_roles")]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="city_sort",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("city"), function="lejek_sort_key"),
                output_field=models.TextField(db_collation="C"),
            ),
        ),
        migrations.AddField(
            model_name="partnercontact",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
            ),
        ),
        migrations.AddField(
            model_name="partnercontact",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="last change"
            ),
        ),
        migrations.AddField(
            model_name="partnercontact",
            name="version",
            field=models.PositiveIntegerField(db_default=1, editable=False, verbose_name="version"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partnercontact",
            trigger=pgtrigger.compiler.Trigger(
                name="a_count_version",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.version = OLD.version + 1; NEW.updated_at = now(); RETURN NEW;",
                    hash="5b0ad2b52e9f622115cb7b33deba412a53af1986",
                    operation="UPDATE",
                    pgid="pgtrigger_a_count_version_a0b5d",
                    table="crm_partnercontact",
                    when="BEFORE",
                ),
            ),
        ),
    ]
