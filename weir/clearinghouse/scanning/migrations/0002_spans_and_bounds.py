# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scanning', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BoundRow',
            fields=[
                ('organization', models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'scanning_bound',
            },
        ),
        migrations.AddField(
            model_name='cellrow',
            name='span',
            field=models.BinaryField(null=True),
        ),
    ]
