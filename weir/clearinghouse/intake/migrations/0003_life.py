# SPDX-License-Identifier: Apache-2.0
import django.db.models.deletion
from django.db import migrations, models

from weir.foundation.policy.engines.row_security import RowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0002_strangers_day'),
        ('policy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AttachmentRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('blob', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'intake_attachment',
            },
        ),
        migrations.CreateModel(
            name='CommitmentRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('member', models.CharField(max_length=40)),
                ('commitment', models.BinaryField(max_length=32)),
                ('committed_at', models.DateTimeField()),
                ('state', models.CharField(max_length=20)),
                ('opened_at', models.DateTimeField(null=True)),
                ('report', models.CharField(blank=True, max_length=24)),
            ],
            options={
                'db_table': 'intake_commitment',
            },
        ),
        migrations.CreateModel(
            name='FactRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('place', models.IntegerField()),
                ('act', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=40)),
                ('sealed', models.BinaryField()),
            ],
            options={
                'db_table': 'intake_fact',
            },
        ),
        migrations.CreateModel(
            name='FinderRow',
            fields=[
                ('finder', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('validated', models.IntegerField(default=0)),
                ('refuted', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'intake_finder',
            },
        ),
        migrations.CreateModel(
            name='TrackedRow',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='tracked', serialize=False, to='intake.reportrow')),
                ('finder', models.CharField(max_length=40)),
                ('outcome', models.CharField(max_length=20)),
                ('counted', models.BooleanField()),
            ],
            options={
                'db_table': 'intake_tracked',
            },
        ),
        migrations.AddField(
            model_name='reportrow',
            name='acknowledge_by',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='acknowledged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='assess_by',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='assessed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='finder',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='full_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='line_bytes',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='needs_owner',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='next_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='overdue_noted',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='paused_days',
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='paused_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reportrow',
            name='turn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='reportrow',
            index=models.Index(condition=models.Q(('acknowledged_at', None)), fields=['acknowledge_by'], name='intake_report_acknowledge'),
        ),
        migrations.AddIndex(
            model_name='reportrow',
            index=models.Index(condition=models.Q(('assessed_at', None)), fields=['assess_by'], name='intake_report_assess'),
        ),
        migrations.AddIndex(
            model_name='reportrow',
            index=models.Index(fields=['finder', 'turn_at', 'line_bytes'], name='intake_report_line'),
        ),
        migrations.AddIndex(
            model_name='reportrow',
            index=models.Index(condition=models.Q(('submitter', 'anonymous')), fields=['claim_code'], name='intake_report_claim'),
        ),
        migrations.AddField(
            model_name='attachmentrow',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='intake.reportrow'),
        ),
        migrations.AddIndex(
            model_name='commitmentrow',
            index=models.Index(fields=['member', 'state', 'committed_at'], name='intake_commitment_member'),
        ),
        migrations.AddIndex(
            model_name='commitmentrow',
            index=models.Index(condition=models.Q(('report', ''), _negated=True), fields=['report'], name='intake_commitment_report'),
        ),
        migrations.AddField(
            model_name='factrow',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='intake.reportrow'),
        ),
        RowSecurity("intake_commitment", kind="Weir::Commitment"),
    ]
