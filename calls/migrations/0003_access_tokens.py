import django.db.models.deletion
import telephony_connector.common.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0002_sending_marks'),
        ('connector_config', '0003_request_authentication'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('fingerprint', models.CharField(max_length=64)),
                ('token', telephony_connector.common.fields.EncryptedTextField(blank=True, default='')),
                ('refresh_token', telephony_connector.common.fields.EncryptedTextField(blank=True, default='')),
                ('renew_at', models.DateTimeField(blank=True, null=True)),
                ('fetching_until', models.DateTimeField(blank=True, null=True)),
                ('connector', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connector_config.connector')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connector', 'fingerprint'), name='accesstoken_once_a_setting')],
            },
        ),
    ]
