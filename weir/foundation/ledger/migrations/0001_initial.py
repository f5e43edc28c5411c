# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import weir.foundation.ledger.models


def number_by_transaction(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """On PostgreSQL an entry carries the id of its transaction: the order in which nothing can still appear before."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'ALTER TABLE ledger_entry ALTER COLUMN "transaction" SET DEFAULT (pg_current_xact_id()::text::bigint)'
        )
        schema_editor.execute('CREATE INDEX ledger_entry_order ON ledger_entry (log, "transaction", id)')


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='EntryRow',
            fields=[
                ('id', weir.foundation.ledger.models.EntryNumber(primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField()),
                ('transaction', models.BigIntegerField(default=0)),
                ('kind', models.CharField(max_length=80)),
                ('version', models.SmallIntegerField()),
                ('actor', models.CharField(max_length=40)),
                ('about', models.CharField(max_length=80)),
                ('compartment', models.CharField(blank=True, max_length=40)),
                ('at_ms', models.BigIntegerField()),
                ('body', models.BinaryField()),
                ('salt', models.BinaryField()),
                ('leaf', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_entry',
            },
        ),
        migrations.CreateModel(
            name='ErasureRow',
            fields=[
                ('entry', models.BigIntegerField(primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=80)),
            ],
            options={
                'db_table': 'ledger_erasure',
            },
        ),
        migrations.CreateModel(
            name='LogRow',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('origin', models.CharField(max_length=255, unique=True)),
                ('continues', models.TextField(blank=True)),
                ('size', models.BigIntegerField(default=0)),
                ('transaction', models.BigIntegerField(default=0)),
                ('entry', models.BigIntegerField(default=0)),
                ('next_tick_at', models.DateTimeField()),
                ('ended', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'ledger_log',
            },
        ),
        migrations.CreateModel(
            name='ReplayRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.BinaryField(unique=True)),
                ('body', models.BinaryField()),
                ('entry', models.BigIntegerField()),
                ('at_ms', models.BigIntegerField()),
            ],
            options={
                'db_table': 'ledger_replay',
            },
        ),
        migrations.CreateModel(
            name='BatchRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField()),
                ('tick', models.BigIntegerField()),
                ('depth', models.SmallIntegerField()),
                ('root', models.BinaryField()),
                ('places', models.BinaryField()),
                ('crown', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_batch',
                'constraints': [models.UniqueConstraint(fields=('log', 'tick'), name='ledger_batch_tick')],
            },
        ),
        migrations.CreateModel(
            name='CheckpointRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField()),
                ('size', models.BigIntegerField()),
                ('note', models.TextField()),
                ('published', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'ledger_checkpoint',
                'constraints': [models.UniqueConstraint(fields=('log', 'size'), name='ledger_checkpoint_size')],
            },
        ),
        migrations.CreateModel(
            name='PlacementRow',
            fields=[
                ('entry', models.BigIntegerField(primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField()),
                ('tick', models.BigIntegerField()),
                ('place', models.IntegerField()),
                ('leaf', models.BinaryField(unique=True)),
                ('about', models.CharField(max_length=80)),
            ],
            options={
                'db_table': 'ledger_placement',
                'indexes': [models.Index(fields=['about', 'entry'], name='ledger_placement_about')],
            },
        ),
        migrations.CreateModel(
            name='ReadingRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('actor', models.CharField(max_length=40)),
                ('about', models.CharField(max_length=80)),
                ('window', models.BigIntegerField()),
            ],
            options={
                'db_table': 'ledger_reading',
                'constraints': [models.UniqueConstraint(fields=('actor', 'about', 'window'), name='ledger_reading_once')],
            },
        ),
        migrations.CreateModel(
            name='TileRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('log', models.SmallIntegerField()),
                ('level', models.SmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hashes', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_tile',
                'constraints': [models.UniqueConstraint(fields=('log', 'level', 'index'), name='ledger_tile_name')],
            },
        ),
        migrations.RunPython(number_by_transaction, migrations.RunPython.noop),
    ]
