# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0005_finder_of_documents'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('finder', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('size', models.BigIntegerField()),
            ],
            options={
                'db_table': 'intake_file',
                'indexes': [models.Index(fields=['finder', 'at'], name='intake_file_finder')],
            },
        ),
    ]
