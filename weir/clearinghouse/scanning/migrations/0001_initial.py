# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    initial = True

    dependencies = [("policy", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='CapacityRow',
            fields=[
                ('participant', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'scanning_capacity',
            },
        ),
        migrations.CreateModel(
            name='AnswersRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('participant', models.CharField(max_length=40)),
                ('day', models.DateField()),
                ('answers', models.IntegerField()),
            ],
            options={
                'db_table': 'scanning_answers',
                'constraints': [models.UniqueConstraint(fields=('participant', 'day'), name='scanning_answers_of_a_day')],
            },
        ),
        migrations.CreateModel(
            name='ClaimRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('state', models.CharField(max_length=20)),
                ('holder', models.CharField(max_length=40)),
                ('organization', models.CharField(blank=True, max_length=40)),
                ('heir', models.CharField(blank=True, max_length=40)),
                ('began', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('units', models.IntegerField()),
                ('hours', models.IntegerField()),
                ('overlap', models.CharField(max_length=20)),
                ('choice', models.CharField(max_length=20)),
                ('named', models.BooleanField(default=False)),
                ('kept', models.BooleanField(default=False)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'scanning_claim',
                'indexes': [models.Index(fields=['holder', 'state'], name='scanning_claim_of'), models.Index(fields=['organization', 'state'], name='scanning_claim_among'), models.Index(fields=['state', 'until'], name='scanning_claim_due')],
            },
        ),
        migrations.CreateModel(
            name='TargetRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('locator', models.CharField(max_length=400, unique=True)),
                ('kind', models.CharField(max_length=20)),
                ('home', models.CharField(blank=True, max_length=300)),
                ('listed', models.BooleanField(default=False)),
                ('exposure', models.IntegerField(default=1)),
            ],
            options={
                'db_table': 'scanning_target',
                'indexes': [models.Index(fields=['listed', '-exposure'], name='scanning_target_listed')],
            },
        ),
        migrations.CreateModel(
            name='RuleRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=20)),
                ('value', models.TextField()),
                ('place', models.TextField(blank=True)),
                ('set_at', models.DateTimeField()),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='scanning.targetrow')),
            ],
            options={
                'db_table': 'scanning_rule',
            },
        ),
        migrations.CreateModel(
            name='ChangeRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('permille', models.IntegerField()),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='scanning.targetrow')),
            ],
            options={
                'db_table': 'scanning_change',
            },
        ),
        migrations.CreateModel(
            name='YieldRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('finding', models.BinaryField(max_length=32, unique=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('target', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='scanning.targetrow')),
            ],
            options={
                'db_table': 'scanning_yield',
            },
        ),
        migrations.CreateModel(
            name='CellRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cell', models.BinaryField(max_length=96)),
                ('method', models.SmallIntegerField()),
                ('classes', models.IntegerField()),
                ('until_ms', models.BigIntegerField()),
                ('holder', models.CharField(max_length=40)),
                ('named', models.BooleanField(default=False)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='scanning.claimrow')),
            ],
            options={
                'db_table': 'scanning_cell',
                'indexes': [models.Index(fields=['method', 'cell', 'classes', 'until_ms', 'holder'], name='scanning_cell_alike'), models.Index(fields=['cell', 'classes', 'until_ms', 'holder'], name='scanning_cell_near')],
            },
        ),
        migrations.CreateModel(
            name='CoverageRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('holder', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('cell', models.BinaryField(max_length=96)),
                ('method', models.SmallIntegerField()),
                ('band', models.SmallIntegerField()),
                ('sealed', models.BinaryField()),
                ('own', models.BinaryField()),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='scanning.claimrow')),
            ],
            options={
                'db_table': 'scanning_coverage',
                'indexes': [models.Index(fields=['cell', 'at'], name='scanning_coverage_near')],
            },
        ),
        RowSecurity("scanning_target", kind="Weir::Target"),
        RowSecurity("scanning_claim", kind="Weir::Claim"),
    ]
