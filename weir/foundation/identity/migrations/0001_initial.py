# SPDX-License-Identifier: Apache-2.0

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PersonRow',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('is_active', models.BooleanField(default=True)),
                ('created', models.DateTimeField()),
                ('contact_changed', models.DateTimeField(null=True)),
                ('kept_email', models.EmailField(blank=True, max_length=254)),
            ],
            options={
                'db_table': 'identity_person',
            },
        ),
        migrations.CreateModel(
            name='ApplicationRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('organization', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('ai_lab', 'ai_lab'), ('finder', 'finder'), ('maintainer_project', 'maintainer_project'), ('vendor', 'vendor'), ('distributor', 'distributor'), ('infrastructure_operator', 'infrastructure_operator'), ('federal_agency', 'federal_agency'), ('state_local_tribal', 'state_local_tribal'), ('isac', 'isac'), ('coordinator', 'coordinator'), ('oversight', 'oversight')], max_length=40)),
                ('sector', models.CharField(blank=True, choices=[('', ''), ('chemical', 'chemical'), ('commercial_facilities', 'commercial_facilities'), ('communications', 'communications'), ('critical_manufacturing', 'critical_manufacturing'), ('dams', 'dams'), ('defense_industrial_base', 'defense_industrial_base'), ('emergency_services', 'emergency_services'), ('energy', 'energy'), ('financial_services', 'financial_services'), ('food_and_agriculture', 'food_and_agriculture'), ('government_services_and_facilities', 'government_services_and_facilities'), ('healthcare_and_public_health', 'healthcare_and_public_health'), ('information_technology', 'information_technology'), ('nuclear', 'nuclear'), ('transportation_systems', 'transportation_systems'), ('water_and_wastewater', 'water_and_wastewater')], default='', max_length=40)),
                ('contact', models.EmailField(max_length=254)),
                ('terms', models.CharField(max_length=64)),
                ('received', models.DateTimeField()),
                ('declined', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'identity_application',
            },
        ),
        migrations.CreateModel(
            name='DutyRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('about', models.CharField(db_index=True, max_length=24)),
                ('kind', models.CharField(choices=[('embargo', 'embargo'), ('ban', 'ban'), ('quota', 'quota')], max_length=40)),
                ('ends', models.DateTimeField(db_index=True)),
                ('mark', models.CharField(blank=True, db_index=True, max_length=64)),
            ],
            options={
                'db_table': 'identity_duty',
            },
        ),
        migrations.CreateModel(
            name='FirstDoorRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('expires', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_first_door',
            },
        ),
        migrations.CreateModel(
            name='HoldRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('about', models.CharField(db_index=True, max_length=24)),
                ('placed_by', models.CharField(max_length=24)),
                ('placed', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, max_length=24)),
            ],
            options={
                'db_table': 'identity_hold',
            },
        ),
        migrations.CreateModel(
            name='NumberRow',
            fields=[
                ('number', models.CharField(max_length=24, primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'identity_number',
            },
        ),
        migrations.CreateModel(
            name='MembershipRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('roles', models.JSONField()),
                ('since', models.DateTimeField()),
                ('terms', models.CharField(blank=True, max_length=64)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'identity_membership',
            },
        ),
        migrations.CreateModel(
            name='AgentRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('scopes', models.JSONField()),
                ('rate_per_minute', models.IntegerField()),
                ('expires', models.DateTimeField()),
                ('created', models.DateTimeField()),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agents', to='identity.membershiprow')),
            ],
            options={
                'db_table': 'identity_agent',
            },
        ),
        migrations.CreateModel(
            name='OrganizationRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('ai_lab', 'ai_lab'), ('finder', 'finder'), ('maintainer_project', 'maintainer_project'), ('vendor', 'vendor'), ('distributor', 'distributor'), ('infrastructure_operator', 'infrastructure_operator'), ('federal_agency', 'federal_agency'), ('state_local_tribal', 'state_local_tribal'), ('isac', 'isac'), ('coordinator', 'coordinator'), ('oversight', 'oversight')], max_length=40)),
                ('sector', models.CharField(blank=True, choices=[('', ''), ('chemical', 'chemical'), ('commercial_facilities', 'commercial_facilities'), ('communications', 'communications'), ('critical_manufacturing', 'critical_manufacturing'), ('dams', 'dams'), ('defense_industrial_base', 'defense_industrial_base'), ('emergency_services', 'emergency_services'), ('energy', 'energy'), ('financial_services', 'financial_services'), ('food_and_agriculture', 'food_and_agriculture'), ('government_services_and_facilities', 'government_services_and_facilities'), ('healthcare_and_public_health', 'healthcare_and_public_health'), ('information_technology', 'information_technology'), ('nuclear', 'nuclear'), ('transportation_systems', 'transportation_systems'), ('water_and_wastewater', 'water_and_wastewater')], default='', max_length=40)),
                ('operating', models.BooleanField(default=False)),
                ('active', models.BooleanField(default=True)),
                ('contact', models.EmailField(blank=True, max_length=254)),
                ('contact_changed', models.DateTimeField(null=True)),
                ('controlled_from', models.DateTimeField(null=True)),
                ('created', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_organization',
                'constraints': [models.UniqueConstraint(condition=models.Q(('operating', True)), fields=('operating',), name='identity_one_operating_organization')],
            },
        ),
        migrations.AddField(
            model_name='membershiprow',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='identity.organizationrow'),
        ),
        migrations.CreateModel(
            name='InvitationRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('email', models.EmailField(max_length=254)),
                ('roles', models.JSONField()),
                ('invited_by', models.CharField(max_length=24)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('expires', models.DateTimeField(db_index=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='identity.organizationrow')),
            ],
            options={
                'db_table': 'identity_invitation',
            },
        ),
        migrations.CreateModel(
            name='ControlRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('asked_by', models.CharField(max_length=24)),
                ('method', models.CharField(choices=[('dns', 'dns'), ('site_file', 'site_file'), ('repository_file', 'repository_file')], max_length=40)),
                ('target', models.CharField(max_length=300)),
                ('challenge', models.CharField(max_length=80)),
                ('expires', models.DateTimeField()),
                ('proven', models.DateTimeField(null=True)),
                ('changed', models.DateTimeField(null=True)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('seconded', models.DateTimeField(null=True)),
                ('seconded_by', models.CharField(blank=True, max_length=24)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='controls', to='identity.organizationrow')),
            ],
            options={
                'db_table': 'identity_control',
            },
        ),
        migrations.CreateModel(
            name='TokenRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=24, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('audience', models.CharField(max_length=300)),
                ('scopes', models.JSONField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('second_factor', models.BooleanField()),
                ('created', models.DateTimeField()),
                ('expires', models.DateTimeField(db_index=True)),
                ('last_used', models.DateField(null=True)),
                ('agent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='identity.agentrow')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='identity.membershiprow')),
            ],
            options={
                'db_table': 'identity_token',
            },
        ),
        migrations.AddConstraint(
            model_name='membershiprow',
            constraint=models.UniqueConstraint(fields=('person', 'organization'), name='identity_one_membership_each'),
        ),
        migrations.AddIndex(
            model_name='controlrow',
            index=models.Index(fields=['target', 'proven'], name='identity_control_target'),
        ),
    ]
