# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    initial = True

    dependencies = [("policy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='FindingRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField()),
                ('reports', models.IntegerField(default=1)),
                ('tlp', models.CharField(max_length=12)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'findings_finding',
            },
        ),
        migrations.CreateModel(
            name='FindingReportRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('report', models.CharField(max_length=24, unique=True)),
                ('received_at', models.DateTimeField()),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='findings.findingrow')),
            ],
            options={
                'db_table': 'findings_report',
            },
        ),
        RowSecurity("findings_finding", kind="Weir::Finding"),
    ]
