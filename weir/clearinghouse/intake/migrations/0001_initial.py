# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    initial = True

    dependencies = [("policy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='ReportRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField()),
                ('submitter', models.CharField(max_length=40)),
                ('organization', models.CharField(blank=True, max_length=40)),
                ('sealed', models.BinaryField()),
                ('claim_code', models.BinaryField(default=b'')),
            ],
            options={
                'db_table': 'intake_report',
            },
        ),
        RowSecurity("intake_report", kind="Weir::Report"),
    ]
