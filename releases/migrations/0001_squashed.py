"""Everything of releases: trees, branches, series and verdicts."""

import django.db.models.deletion
import django.db.models.functions.datetime
import accounts.models.drawn
import releases.models.tree
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('releases', '0001_initial'), ('releases', '0002_keys_are_drawn'), ('releases', '0003_backlog'), ('releases', '0004_imports'), ('releases', '0005_unclear_trials'), ('releases', '0006_earlier_lists'), ('releases', '0007_patch_matches')]

    initial = True

    dependencies = [
        ('advisories', '0001_squashed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='SHA-256 over the inputs: blobs, patches, limits, engine.', max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('applies', 'Applies'), ('needs prerequisites', 'Needs prerequisites'), ('conflicts', 'Conflicts'), ('merged', 'Merged'), ('invalid', 'Invalid'), ('error', 'Error')], max_length=20)),
                ('evidence', models.JSONField(default=dict, help_text='As releases/engine/verdicts.py writes it.')),
                ('engine_version', models.CharField(max_length=20)),
                ('took_ms', models.PositiveIntegerField(default=0)),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['applies', 'needs prerequisites', 'conflicts', 'merged', 'invalid', 'error'])), name='releases_storedverdict_kind_is_known'), models.CheckConstraint(condition=models.Q(('key__regex', '^[0-9a-f]{64}$')), name='releases_storedverdict_key_is_sha256')],
            },
        ),
        migrations.CreateModel(
            name='Tree',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('url', models.CharField(help_text='Anything git can fetch from: an https address, or a local path.', max_length=500)),
                ('release_tag_pattern', models.CharField(default='RELEASE-(\\d+\\.\\d+)\\.(\\d+)', max_length=200, validators=[releases.models.tree.check_release_tag_pattern])),
                ('stable_ref_pattern', models.CharField(default='stable-{series}', max_length=100, validators=[releases.models.tree.check_series_placeholder])),
                ('staging_ref_pattern', models.CharField(blank=True, default='staging-{series}', max_length=100, validators=[releases.models.tree.check_series_placeholder])),
                ('main_ref', models.CharField(default='master', help_text='Where branches fork off; commits since then are searched.', max_length=100)),
                ('support_file', models.CharField(blank=True, default='SUPPORT.md', help_text='A file of each branch that names its dates.', max_length=200)),
                ('supported_until_pattern', models.CharField(blank=True, default='^\\s*Supported-Until:\\s*(\\d{4}-\\d{2}-\\d{2})', max_length=200, validators=[releases.models.tree.check_regular_expression])),
                ('security_until_pattern', models.CharField(blank=True, default='^\\s*Security-Support-Until:\\s*(\\d{4}-\\d{2}-\\d{2})', max_length=200, validators=[releases.models.tree.check_regular_expression])),
                ('never_needed_pattern', models.CharField(blank=True, default='(?i)^(update \\S+ version|turn off debug|.*\\bversion bump\\b|changelog\\b|CHANGELOG)', help_text='A regular expression on the subject: version bumps, changelog entries.', max_length=300, validators=[releases.models.tree.check_regular_expression], verbose_name='commits that are never prerequisites')),
                ('allow_symlinks', models.BooleanField(default=False, verbose_name='patches may bring symbolic links')),
                ('allow_submodules', models.BooleanField(default=False, verbose_name='patches may bring submodules')),
                ('allow_git_files', models.BooleanField(default=False, verbose_name='patches may touch .gitattributes and .gitmodules')),
                ('allow_odd_names', models.BooleanField(default=False, verbose_name='patches may bring control characters or a leading dash')),
                ('fetch_every_s', models.PositiveIntegerField(default=300, help_text='The interval between two looks at the upstream.', verbose_name='fetch every (seconds)')),
                ('fetch_due_at', models.DateTimeField(blank=True, null=True)),
                ('fetch_lease_until', models.DateTimeField(blank=True, help_text='Held by the worker that is fetching.', null=True)),
                ('fetched_at', models.DateTimeField(blank=True, null=True)),
                ('fetch_failed_at', models.DateTimeField(blank=True, null=True)),
                ('fetch_error', models.CharField(blank=True, help_text="Why the last fetch failed; empty if it didn't.", max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['slug'],
                'constraints': [models.CheckConstraint(condition=models.Q(('fetch_every_s__gte', 5)), name='releases_tree_fetches_not_too_often')],
            },
        ),
        migrations.CreateModel(
            name='Branch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tree', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='branches', to='releases.tree')),
                ('name', models.CharField(help_text='The series, such as 4.17.', max_length=60)),
                ('position', models.PositiveIntegerField(default=0, help_text='Sorts oldest to newest within the tree.')),
                ('stable_ref', models.CharField(max_length=150)),
                ('staging_ref', models.CharField(blank=True, max_length=150)),
                ('is_followed', models.BooleanField(default=True, verbose_name='series are tried on it')),
                ('supported_until', models.DateField(blank=True, null=True)),
                ('security_supported_until', models.DateField(blank=True, null=True)),
                ('dates_were_entered', models.BooleanField(default=False, help_text="Entered by a person, so that the branch's own file doesn't overwrite them.")),
                ('stable_commit', models.CharField(blank=True, max_length=64)),
                ('staging_commit', models.CharField(blank=True, max_length=64)),
                ('fork_commit', models.CharField(blank=True, help_text='Where it left the main line.', max_length=64)),
                ('inputs_digest', models.CharField(blank=True, help_text='What its verdicts depend on, as it was when a run was last requested.', max_length=64)),
                ('trouble', models.CharField(blank=True, help_text='Why it cannot be checked; empty if it can.', max_length=300)),
            ],
            options={
                'verbose_name_plural': 'branches',
                'ordering': ['tree__slug', '-position'],
                'constraints': [models.UniqueConstraint(fields=('tree', 'name'), name='releases_branch_name_unique_in_its_tree'), models.CheckConstraint(condition=models.Q(('stable_commit', ''), ('stable_commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$'), _connector='OR'), name='releases_branch_stable_commit_is_an_object_id'), models.CheckConstraint(condition=models.Q(('staging_commit', ''), ('staging_commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$'), _connector='OR'), name='releases_branch_staging_commit_is_an_object_id'), models.CheckConstraint(condition=models.Q(('fork_commit', ''), ('fork_commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$'), _connector='OR'), name='releases_branch_fork_commit_is_an_object_id')],
            },
        ),
        migrations.CreateModel(
            name='PatchMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='advisories.importrun')),
                ('tree', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='releases.tree')),
                ('number', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('file_name', models.CharField(max_length=200)),
                ('same', models.JSONField(default=list, help_text='Branches with a commit that names the advisory and is this patch.')),
                ('other', models.JSONField(default=list, help_text='Branches that it is meant for and that have another fix.')),
                ('absent', models.JSONField(default=list, help_text='Branches that it is meant for and where nothing names it.')),
            ],
            options={
                'ordering': ['run', 'tree', 'number', 'version', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('run', 'tree', 'number', 'version', 'file_name'), name='releases_patchmatch_once')],
            },
        ),
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='advisories.importrun')),
                ('tree', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trials', to='releases.tree')),
                ('number', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('branch', models.CharField(max_length=60)),
                ('stable_ref', models.CharField(max_length=64)),
                ('alone', models.CharField(choices=[('applies', 'Applies'), ('fails', 'Fails'), ('unclear', 'Cannot be told'), ('nothing', 'No patches listed'), ('no-commit', 'The tree lacks the commit')], max_length=10)),
                ('after', models.CharField(choices=[('applies', 'Applies'), ('fails', 'Fails'), ('unclear', 'Cannot be told'), ('nothing', 'No patches listed'), ('no-commit', 'The tree lacks the commit')], max_length=10)),
                ('stand_ins', models.JSONField(default=list, help_text="Numbers whose fixes were taken from the tree's history.")),
                ('absent', models.JSONField(default=list, help_text='Numbers of which no fix was found.')),
                ('told', models.CharField(blank=True, help_text='Where it failed last.', max_length=500)),
            ],
            options={
                'ordering': ['run', 'tree', 'number', 'version', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('run', 'tree', 'number', 'version', 'branch'), name='releases_trial_once'), models.CheckConstraint(condition=models.Q(('after__in', ['applies', 'fails', 'unclear', 'nothing', 'no-commit']), ('alone__in', ['applies', 'fails', 'unclear', 'nothing', 'no-commit'])), name='releases_trial_results_known'), models.CheckConstraint(condition=models.Q(('stable_ref__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$')), name='releases_trial_stable_ref_is_an_object_id')],
            },
        ),
        migrations.CreateModel(
            name='PointRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='point_releases', to='releases.branch')),
                ('tag', models.CharField(max_length=150)),
                ('number', models.PositiveIntegerField(help_text='Its place in the series: the 6 of 4.17.6.')),
                ('commit', models.CharField(max_length=64)),
                ('tagged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['branch', '-number'],
                'constraints': [models.UniqueConstraint(fields=('branch', 'number'), name='releases_pointrelease_number_unique'), models.CheckConstraint(condition=models.Q(('commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$')), name='releases_pointrelease_commit_is_an_object_id')],
            },
        ),
        migrations.CreateModel(
            name='BranchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='releases.branch')),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('requested_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rung_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When the bell was last rung for it.')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('times_postponed', models.PositiveIntegerField(default=0, help_text='How often it was put off because an upstream or a mirror was not to be had.')),
                ('not_before', models.DateTimeField(blank=True, help_text='When a postponed run is rung for again.', null=True)),
                ('cells_total', models.PositiveIntegerField(default=0)),
                ('cells_done', models.PositiveIntegerField(default=0)),
                ('trouble', models.CharField(blank=True, help_text='Why it failed, in words that hold no secret.', max_length=300)),
            ],
            options={
                'ordering': ['-requested_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'queued')), fields=('branch',), name='releases_branchrun_one_queued_per_branch'), models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('branch',), name='releases_branchrun_one_running_per_branch'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed'])), name='releases_branchrun_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='releases_branchrun_running_holds_a_lease')],
            },
        ),
        migrations.CreateModel(
            name='Backlog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='backlog', to='releases.pointrelease')),
                ('base_commit', models.CharField(help_text='The commit on which git has applied the list.', max_length=64)),
                ('digest', models.CharField(blank=True, help_text='SHA-256 over what the list depends on; empty before it was made.', max_length=64)),
                ('steps', models.JSONField(default=list, help_text='In order; see releases/checking/backlogs.py.')),
                ('left_out', models.JSONField(default=list, help_text='Keys of series that apply alone, but not together with the others.')),
                ('verified_tree', models.CharField(blank=True, help_text='What git came to with the whole list.', max_length=64)),
                ('is_binary', models.BooleanField(default=False, help_text='Whether only git can read it; then there is no quilt series.')),
                ('verdicts', models.JSONField(default=list, help_text='What became of each public series alone; empty for the last release, which has cells.')),
                ('wanted', models.CharField(blank=True, help_text='What the digest of a list made now would be; empty for the last release.', max_length=64)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('attempts_allowed', models.PositiveIntegerField(default=5)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('rung_at', models.DateTimeField(blank=True, help_text='When the bell was last rung for it.', null=True)),
                ('not_before', models.DateTimeField(blank=True, help_text='Until when it was put off.', null=True)),
                ('trouble', models.CharField(blank=True, help_text="Why it wasn't made, in words without a secret.", max_length=300)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('base_commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$')), name='releases_backlog_commit_is_an_object_id'), models.CheckConstraint(condition=models.Q(('digest', ''), ('digest__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='releases_backlog_digest_is_sha256'), models.CheckConstraint(condition=models.Q(('wanted', ''), ('wanted__regex', '^[0-9a-f]{64}$'), _connector='OR'), name='releases_backlog_wanted_is_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), _negated=True), models.Q(('wanted', ''), _negated=True), _connector='OR'), name='releases_backlog_is_made_or_wanted'), models.CheckConstraint(condition=models.Q(('lease_until__isnull', True), ('attempt__gte', 1), _connector='OR'), name='releases_backlog_lease_has_an_attempt')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', accounts.models.drawn.DrawnKey(default=accounts.models.drawn.drawn_key, editable=False, primary_key=True, serialize=False)),
                ('advisory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='advisories.advisory')),
                ('tree', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='releases.tree')),
                ('depends_on_commits', models.JSONField(blank=True, default=list, help_text='Full ids of upstream commits that must come first, in order.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('branches', models.ManyToManyField(related_name='series', to='releases.branch')),
                ('depends_on', models.ManyToManyField(blank=True, help_text='Series of other advisories that must come first.', related_name='needed_by', to='releases.series')),
            ],
            options={
                'verbose_name_plural': 'series',
                'ordering': ['advisory', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='releases.series')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='releases.branch')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='flags', to=settings.AUTH_USER_MODEL)),
                ('raised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it first failed.')),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it failed this time: its age counts from here.')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('times_reopened', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['opened_at'],
                'constraints': [models.UniqueConstraint(fields=('series', 'branch'), name='releases_flag_one_per_series_and_branch')],
            },
        ),
        migrations.CreateModel(
            name='SeriesRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='releases.series')),
                ('number', models.PositiveIntegerField()),
                ('note', models.CharField(blank=True, help_text='What changed since the revision before.', max_length=300)),
                ('digest', models.CharField(help_text="SHA-256 over the patches' digests in order.", max_length=64)),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['series', 'number'],
                'constraints': [models.UniqueConstraint(fields=('series', 'number'), name='releases_seriesrevision_number_unique'), models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='releases_seriesrevision_number_is_positive'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='releases_seriesrevision_digest_is_sha256')],
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', accounts.models.drawn.DrawnKey(default=accounts.models.drawn.drawn_key, editable=False, primary_key=True, serialize=False)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='releases.seriesrevision')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='releases.branch')),
                ('baseline', models.CharField(choices=[('release', 'Last point release'), ('stable', 'Stable tip'), ('staging', 'Staging tip')], max_length=10)),
                ('base_name', models.CharField(help_text='The tag or ref that was resolved.', max_length=150)),
                ('base_commit', models.CharField(blank=True, help_text='Empty only where the ref is gone.', max_length=64)),
                ('verdict', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='releases.storedverdict')),
                ('was_computed', models.BooleanField(help_text='False where the verdict was looked up: the blobs had not changed.')),
                ('checked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('leans_on', models.ManyToManyField(blank=True, help_text='Advisories whose series stand in the prerequisite list.', related_name='+', to='advisories.advisory')),
            ],
            options={
                'ordering': ['-checked_at', '-pk'],
                'indexes': [models.Index(fields=['revision', 'branch', 'baseline'], name='releases_check_cell')],
                'constraints': [models.CheckConstraint(condition=models.Q(('baseline__in', ['release', 'stable', 'staging'])), name='releases_check_baseline_is_known'), models.CheckConstraint(condition=models.Q(('base_commit', ''), ('base_commit__regex', '^[0-9a-f]{40}([0-9a-f]{24})?$'), _connector='OR'), name='releases_check_commit_is_an_object_id')],
            },
        ),
        migrations.CreateModel(
            name='Patch',
            fields=[
                ('id', accounts.models.drawn.DrawnKey(default=accounts.models.drawn.drawn_key, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('file_name', models.CharField(max_length=200)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patches', to='releases.seriesrevision')),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('author', models.CharField(blank=True, max_length=300)),
                ('patch_id', models.CharField(blank=True, help_text="git's stable patch id; empty if it isn't a patch.", max_length=64)),
            ],
            options={
                'verbose_name_plural': 'patches',
                'ordering': ['revision', 'position'],
                'constraints': [models.UniqueConstraint(fields=('revision', 'position'), name='releases_patch_position_unique'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='releases_patch_sha256_is_hex')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', accounts.models.drawn.DrawnKey(default=accounts.models.drawn.drawn_key, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('file_name', models.CharField(max_length=200)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='releases.seriesrevision')),
            ],
            options={
                'ordering': ['revision', 'position'],
                'constraints': [models.UniqueConstraint(fields=('revision', 'position'), name='releases_upload_position_unique'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='releases_upload_sha256_is_hex')],
            },
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='releases.series')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='releases.branch')),
                ('baseline', models.CharField(choices=[('release', 'Last point release'), ('stable', 'Stable tip'), ('staging', 'Staging tip')], max_length=10)),
                ('check_made', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='releases.check', verbose_name='latest check')),
                ('is_due', models.BooleanField(default=True, help_text='Something it depends on moved since the latest check.')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('series', 'branch', 'baseline'), name='releases_cell_unique'), models.CheckConstraint(condition=models.Q(('baseline__in', ['release', 'stable', 'staging'])), name='releases_cell_baseline_is_known')],
            },
        ),
        migrations.AddField(
            model_name='Series',
            name='current',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='current_of', to='releases.seriesrevision'),
        ),
    ]
