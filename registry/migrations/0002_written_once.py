"""Have the database itself refuse to change or remove what is written once, and set the journal's head."""

from django.db import migrations

WRITTEN_ONCE = (
    "registry_entry",
    "registry_decision",
    "registry_casefile",
    "registry_evidence",
    "registry_modelversion",
    "registry_modelrevision",
    "registry_datasetversion",
    "registry_cardrevision",
    "registry_riskassessment",
    "registry_hazard",
    "registry_riskmatrix",
    "registry_policyedition",
)

FUNCTION = """
CREATE FUNCTION registry_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is written once: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""


def forbid(table: str) -> migrations.RunSQL:
    """Refuse UPDATE and DELETE of any row, and TRUNCATE of the table, whoever asks."""
    return migrations.RunSQL(
        sql=(
            f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION registry_written_once();"
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION registry_written_once();"
        ),
        reverse_sql=f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};",
    )


class Migration(migrations.Migration):
    """Triggers, and the one row that every append locks."""

    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_written_once();"),
        *(forbid(table) for table in WRITTEN_ONCE),
        migrations.RunSQL(
            # The genesis seal: sixty-four zeros.
            "INSERT INTO registry_head (id, number, seal) VALUES (1, 0, repeat('0', 64));",
            "DELETE FROM registry_head;",
        ),
    ]
