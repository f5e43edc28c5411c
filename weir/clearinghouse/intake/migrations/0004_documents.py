# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0003_life'),
        ('policy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemKeyRow',
            fields=[
                ('pk', models.CompositePrimaryKey('key', 'item', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField()),
                ('item', models.BinaryField()),
                ('kind', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'intake_item_key',
            },
        ),
        migrations.CreateModel(
            name='DocumentRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField()),
                ('submitter', models.CharField(max_length=40)),
                ('organization', models.CharField(blank=True, max_length=40)),
                ('sent', models.BinaryField(null=True, unique=True)),
                ('sealed', models.BinaryField()),
                ('found', models.BinaryField(default=b'')),
                ('read', models.BigIntegerField(default=0)),
                ('added', models.BigIntegerField(default=0)),
                ('known', models.BigIntegerField(default=0)),
                ('troubles', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'intake_document',
                'indexes': [models.Index(fields=['state', 'received_at'], name='intake_document_waiting')],
            },
        ),
        migrations.CreateModel(
            name='ItemRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('digest', models.BinaryField(unique=True)),
                ('keys', models.BinaryField()),
                ('sealed', models.BinaryField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.documentrow')),
            ],
            options={
                'db_table': 'intake_item',
            },
        ),
        migrations.CreateModel(
            name='TroubleRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='intake.documentrow')),
            ],
            options={
                'db_table': 'intake_trouble',
            },
        ),
        RowSecurity("intake_document", kind="Weir::Document"),
    ]
