"""The board: positions and totals of columns. What stood in the columns before is added by the next migration."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import leads.models.board


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0008_status_log_never_negative"),
        ("crm", "0011_notifications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardPosition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", leads.models.board.RankField()),
                ("is_here", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "place on the board",
                "verbose_name_plural": "places on the board",
            },
        ),
        migrations.CreateModel(
            name="ColumnTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leads", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=30)),
            ],
            options={
                "verbose_name": "total of a column",
                "verbose_name_plural": "totals of columns",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="board_places",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        UPDATE leads_boardposition SET is_here = NOT is_here\n            WHERE lead_id = NEW.id AND is_here <> (status_id = NEW.status_id);\n        RETURN NULL;\n    ",
                    hash="795be8f09b70176d0282523b98ab198fd6c969de",
                    operation='UPDATE OF "status_id"',
                    pgid="pgtrigger_board_places_b0e65",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="totals_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            INSERT INTO leads_columntotal (status_id, leads, revenue)\n                SELECT status_id, sum(leads), sum(revenue) FROM (SELECT status_id, 1 AS leads, 1 * coalesce(expected_revenue, 0) AS revenue FROM new_leads) AS changed\n                GROUP BY status_id HAVING sum(leads) <> 0 OR sum(revenue) <> 0 ORDER BY status_id;\n            RETURN NULL;\n        ",
                    hash="92837c98e7396ab08f193a5ca7a50902f6558846",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_totals_insert_6606b",
                    referencing="REFERENCING NEW TABLE AS new_leads ",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="totals_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            INSERT INTO leads_columntotal (status_id, leads, revenue)\n                SELECT status_id, sum(leads), sum(revenue) FROM (SELECT status_id, 1 AS leads, 1 * coalesce(expected_revenue, 0) AS revenue FROM new_leads UNION ALL SELECT status_id, -1 AS leads, -1 * coalesce(expected_revenue, 0) AS revenue FROM old_leads) AS changed\n                GROUP BY status_id HAVING sum(leads) <> 0 OR sum(revenue) <> 0 ORDER BY status_id;\n            RETURN NULL;\n        ",
                    hash="10d08a798f5fd962b2d1caf766af41fca27ffe45",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_totals_update_90921",
                    referencing="REFERENCING OLD TABLE AS old_leads  NEW TABLE AS new_leads ",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lead",
            trigger=pgtrigger.compiler.Trigger(
                name="totals_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            INSERT INTO leads_columntotal (status_id, leads, revenue)\n                SELECT status_id, sum(leads), sum(revenue) FROM (SELECT status_id, -1 AS leads, -1 * coalesce(expected_revenue, 0) AS revenue FROM old_leads) AS changed\n                GROUP BY status_id HAVING sum(leads) <> 0 OR sum(revenue) <> 0 ORDER BY status_id;\n            RETURN NULL;\n        ",
                    hash="8c63cb917cbed7325c84541c7733ffb4d92b898b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_totals_delete_6ffe1",
                    referencing="REFERENCING OLD TABLE AS old_leads ",
                    table="leads_lead",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="boardposition",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="board_positions", to="leads.lead"
            ),
        ),
        migrations.AddField(
            model_name="boardposition",
            name="status",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.leadstatus"),
        ),
        migrations.AddField(
            model_name="boardposition",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="columntotal",
            name="status",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.leadstatus"),
        ),
        migrations.AddIndex(
            model_name="boardposition",
            index=models.Index(
                models.F("user"),
                models.F("status"),
                models.F("rank"),
                models.OrderBy(models.F("lead"), descending=True),
                condition=models.Q(("is_here", True)),
                name="boardposition_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="boardposition",
            constraint=models.UniqueConstraint(fields=("user", "lead"), name="boardposition_unique"),
        ),
    ]
