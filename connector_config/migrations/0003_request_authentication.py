import telephony_connector.common.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connector_config', '0002_rules_of_calling'),
    ]

    operations = [
        migrations.AddField(
            model_name='requesttemplate',
            name='authentication_kind',
            field=models.CharField(default='none', max_length=30, verbose_name='authentication'),
        ),
        migrations.AddField(
            model_name='requesttemplate',
            name='authentication_settings',
            field=telephony_connector.common.fields.EncryptedJSONField(blank=True, default=dict, verbose_name="authentication's settings"),
        ),
    ]
