# SPDX-License-Identifier: Apache-2.0

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("intake", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='StrangersDayRow',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('reports', models.IntegerField()),
                ('bytes', models.BigIntegerField()),
            ],
            options={
                'db_table': 'intake_strangers_day',
            },
        ),
    ]
