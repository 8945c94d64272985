import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0001_initial'),
        ('connector_config', '0002_rules_of_calling'),
        ('crm', '0002_tasks'),
    ]

    operations = [
        migrations.CreateModel(
            name='SendingMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent_at', models.DateTimeField(verbose_name='sent')),
            ],
            options={
                'ordering': ['sent_at'],
            },
        ),
        migrations.AddIndex(
            model_name='outboundrequest',
            index=models.Index(condition=models.Q(('provider_call_id__gt', '')), fields=['connector', 'provider_call_id'], name='outbound_provider_call'),
        ),
        migrations.AddField(
            model_name='sendingmark',
            name='connector',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connector_config.connector'),
        ),
        migrations.AddIndex(
            model_name='sendingmark',
            index=models.Index(fields=['connector', 'sent_at'], name='sending_mark_newest'),
        ),
    ]
