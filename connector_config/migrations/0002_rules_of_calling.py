import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connector_config', '0001_initial'),
        ('crm', '0002_tasks'),
    ]

    operations = [
        migrations.AddField(
            model_name='connector',
            name='allows_busy_agents',
            field=models.BooleanField(default=False, help_text="Otherwise a click is refused while a call of the agent's is in progress.", verbose_name='agents may call while they talk'),
        ),
        migrations.AddField(
            model_name='connector',
            name='auto_dispose_minutes',
            field=models.PositiveSmallIntegerField(default=0, help_text='When nobody has chosen a disposition so long after the call, the one below is chosen, so that the provider frees the agent. 0: never.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='dispose by itself after (minutes)'),
        ),
        migrations.AddField(
            model_name='connector',
            name='auto_disposition',
            field=models.CharField(blank=True, max_length=120, verbose_name='disposition chosen by itself'),
        ),
        migrations.AddField(
            model_name='connector',
            name='ca_certificates',
            field=models.TextField(blank=True, help_text='For a provider with a certificate authority of its own: its certificates in PEM form. They are trusted in place of the public ones.', verbose_name='certificates of authority'),
        ),
        migrations.AddField(
            model_name='connector',
            name='calling_hours',
            field=models.CharField(blank=True, help_text="Outside them clicks are refused: Mon-Sat 09:00-20:00. In the connector's time zone. Empty: always.", max_length=500, verbose_name='calling hours'),
        ),
        migrations.AddField(
            model_name='connector',
            name='disposition_tasks',
            field=models.JSONField(blank=True, default=dict, help_text="What the agent is to do next, by disposition: how many days later, and the task's title.", verbose_name='tasks after a disposition'),
        ),
        migrations.AddField(
            model_name='connector',
            name='rate_limit_per_minute',
            field=models.PositiveSmallIntegerField(default=0, help_text='So many requests may go to the provider within any minute; the rest wait. 0: no limit.', validators=[django.core.validators.MaxValueValidator(6000)], verbose_name='requests a minute'),
        ),
        migrations.AddField(
            model_name='connector',
            name='requires_disposition',
            field=models.BooleanField(default=False, help_text='After a call the agent cannot put the popup away before choosing a disposition.', verbose_name='disposition required'),
        ),
        migrations.AddField(
            model_name='virtualnumber',
            name='callers',
            field=models.ManyToManyField(blank=True, help_text='Their click-to-calls show this number, unless they choose another.', related_name='calling_numbers', to='crm.agent', verbose_name='agents who call with it'),
        ),
        migrations.AddField(
            model_name='virtualnumber',
            name='is_default',
            field=models.BooleanField(default=False, help_text='Shown to customers when nothing else decides. Otherwise the first number.', verbose_name='default'),
        ),
    ]
