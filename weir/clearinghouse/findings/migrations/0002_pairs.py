# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('findings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NamesRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('by', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'findings_names',
            },
        ),
        migrations.CreateModel(
            name='PairRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('state', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=40)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'findings_pair',
            },
        ),
        migrations.CreateModel(
            name='UnverifiedProofRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('report', models.CharField(max_length=24, unique=True)),
                ('since', models.DateTimeField()),
            ],
            options={
                'db_table': 'findings_unverified_proof',
            },
        ),
        migrations.CreateModel(
            name='ViewRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('person', models.CharField(max_length=40)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'findings_view',
            },
        ),
        migrations.AddField(
            model_name='findingreportrow',
            name='reproduced_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='findingreportrow',
            name='stage',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='findingrow',
            name='merged_into',
            field=models.ForeignKey(db_column='merged_into', db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='findings.findingrow'),
        ),
        migrations.AddField(
            model_name='findingrow',
            name='owner',
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='findings_parts'),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('owner__isnull', False)), fields=['owner'], name='findings_taken'),
        ),
        migrations.AddField(
            model_name='namesrow',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='findings.findingrow'),
        ),
        migrations.AddField(
            model_name='pairrow',
            name='one',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='findings.findingrow'),
        ),
        migrations.AddField(
            model_name='pairrow',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='findings.findingrow'),
        ),
        migrations.AddIndex(
            model_name='viewrow',
            index=models.Index(fields=['person'], name='findings_view_person'),
        ),
        migrations.AddConstraint(
            model_name='pairrow',
            constraint=models.UniqueConstraint(fields=('one', 'other', 'kind'), name='findings_pair_once'),
        ),
        RowSecurity("findings_pair", kind="Weir::Pair"),
    ]
