# SPDX-License-Identifier: Apache-2.0
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0004_documents'),
    ]

    operations = [
        migrations.AddField(
            model_name='documentrow',
            name='finder',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
    ]
