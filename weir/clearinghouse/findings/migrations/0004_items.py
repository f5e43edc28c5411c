# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('findings', '0003_blind_check'),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentWalkRow',
            fields=[
                ('document', models.CharField(max_length=24, primary_key=True, serialize=False)),
                ('after', models.BigIntegerField(default=0)),
                ('due_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'findings_document',
            },
        ),
        migrations.CreateModel(
            name='FindingItemRow',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('document', models.CharField(max_length=24)),
                ('finder', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('opened', models.BooleanField()),
            ],
            options={
                'db_table': 'findings_item',
            },
        ),
        migrations.CreateModel(
            name='FindingKeyRow',
            fields=[
                ('key', models.BinaryField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'findings_key',
            },
        ),
        migrations.AddField(
            model_name='findingrow',
            name='compared_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='findingrow',
            name='items',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='findingrow',
            index=models.Index(condition=models.Q(('compared_at__isnull', True)), fields=['received_at'], name='findings_uncompared'),
        ),
        migrations.AddIndex(
            model_name='documentwalkrow',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='findings_document_due'),
        ),
        migrations.AddField(
            model_name='findingitemrow',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='findings.findingrow'),
        ),
        migrations.AddField(
            model_name='findingkeyrow',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='findings.findingrow'),
        ),
        migrations.AddIndex(
            model_name='findingitemrow',
            index=models.Index(condition=models.Q(('opened', True)), fields=['finder', 'at'], name='findings_item_turns'),
        ),
    ]
