# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('findings', '0002_pairs'),
    ]

    operations = [
        migrations.CreateModel(
            name='CheckEpochRow',
            fields=[
                ('epoch', models.IntegerField(primary_key=True, serialize=False)),
                ('public_key', models.BinaryField(max_length=32)),
                ('began_at', models.DateTimeField()),
                ('ended', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'findings_check_epoch',
            },
        ),
        migrations.CreateModel(
            name='CheckerRow',
            fields=[
                ('member', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('spent', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'findings_checker',
            },
        ),
        migrations.CreateModel(
            name='EditionRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('epoch', models.IntegerField()),
                ('made_at', models.DateTimeField(db_index=True)),
                ('buckets', models.IntegerField()),
                ('slots', models.IntegerField()),
                ('data', models.BinaryField()),
            ],
            options={
                'db_table': 'findings_edition',
            },
        ),
        migrations.CreateModel(
            name='CheckedRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('withheld', models.BooleanField(default=False)),
                ('fingerprints', models.BinaryField()),
                ('epoch', models.IntegerField(default=0)),
                ('outputs', models.BinaryField(default=bytes)),
                ('finding', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='findings.findingrow')),
            ],
            options={
                'db_table': 'findings_checked',
            },
        ),
        migrations.CreateModel(
            name='CheckSpentRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('elements', models.IntegerField()),
                ('checker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='findings.checkerrow')),
            ],
            options={
                'db_table': 'findings_check_spent',
                'indexes': [models.Index(fields=['checker', 'at'], name='findings_check_spent_lately')],
            },
        ),
    ]
