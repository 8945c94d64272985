import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('title', models.CharField(max_length=200, verbose_name='what to do')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('source', models.CharField(blank=True, editable=False, max_length=64)),
                ('agent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='crm.agent')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='crm.lead')),
            ],
            options={
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['agent', 'due_at'], name='task_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None), models.Q(('source', ''), _negated=True)), fields=('source',), name='task_one_open_a_source')],
            },
        ),
    ]
