# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CursorRow',
            fields=[
                ('station', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField(default=0)),
                ('transaction', models.BigIntegerField(default=0)),
                ('entry', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'jobs_cursor',
            },
        ),
        migrations.CreateModel(
            name='LeaseRow',
            fields=[
                ('executor', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('generation', models.BigIntegerField(default=1)),
                ('host', models.CharField(max_length=200)),
                ('pid', models.IntegerField()),
                ('born', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('trouble', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'db_table': 'jobs_lease',
            },
        ),
        migrations.CreateModel(
            name='SetAsideRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('item', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=160)),
                ('sentence', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'jobs_set_aside',
            },
        ),
        migrations.CreateModel(
            name='WokenRow',
            fields=[
                ('waking', models.BinaryField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'db_table': 'jobs_woken',
            },
        ),
        migrations.CreateModel(
            name='JobRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('items', models.JSONField()),
                ('total', models.IntegerField()),
                ('state', models.CharField(max_length=12)),
                ('done', models.IntegerField(default=0)),
                ('set_aside', models.IntegerField(default=0)),
                ('turn', models.IntegerField(default=1)),
                ('wakes', models.IntegerField(default=0)),
                ('starts', models.IntegerField(default=0)),
                ('runner', models.CharField(blank=True, max_length=64)),
                ('due_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('trouble', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'db_table': 'jobs_job',
                'indexes': [models.Index(fields=['state', 'due_at'], name='jobs_job_due'), models.Index(fields=['state', 'changed_at'], name='jobs_job_changed')],
            },
        ),
    ]
