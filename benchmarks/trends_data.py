"""A large organisation with years of history, thrown into the database by SQL.

`THERAPISTS` with `CASES` clients each, seen every week. Going back further adds rows before those
that are there and changes none of them. What nobody reads here (sealed text) is filler.
"""

from typing import Any

from django.db import connections

THERAPISTS, CASES, TEAM = 200, 40, 10
WEEKS_A_YEAR = 52

PEOPLE = """
INSERT INTO people_user (id, organisation_id, email, name, roles, password, is_active, in_training,
  sign_ins_ended, spelling, date_style, digest, appearance, created_at)
SELECT uuidv7(), %(org)s, 'bench-' || n || '@demo.test', 'Bench ' || n,
  CASE WHEN n > {therapists} THEN '{{supervisor}}' ELSE '{{therapist}}' END::varchar[], '', true,
  false, 0, 'en-GB', 'day', 'never', 'system', now()
FROM generate_series(1, {therapists} + {therapists} / {team}) n;

INSERT INTO people_supervision (id, organisation_id, supervisor_id, therapist_id, since)
SELECT uuidv7(), %(org)s, s.id, t.id, %(monday)s::date - 7 * 52 * 20
FROM people_user t JOIN people_user s ON s.name =
  'Bench ' || {therapists} + 1 + (substring(t.name, 7)::int - 1) / {team}
WHERE t.roles = '{{therapist}}' AND t.name LIKE 'Bench %%';

INSERT INTO people_client (id, organisation_id, therapist_id, code_name, rhythm, started_on, status,
  ended_reason, focus, goals, baseline, version, created_at)
SELECT uuidv7(), %(org)s, t.id, 'Case ' || n, 'weekly', %(monday)s::date - 7 * 52 * 10, 'active',
  '', '', '', '{{}}', 1, now()
FROM people_user t, generate_series(1, {cases}) n
WHERE t.roles = '{{therapist}}' AND t.name LIKE 'Bench %%';

CREATE TABLE bench_case AS
SELECT id AS client, therapist_id AS therapist, row_number() OVER (ORDER BY id)::int AS no
FROM people_client;
"""

HISTORY = """
INSERT INTO sessions_app_therapysession (id, organisation_id, client_id, author_id, number, held_at,
  attendance, format, task, agreed_task, repair, repair_steps, goals_reviewed, ambivalence,
  movement, context, safety, safety_checked, note, note_visibility, process_note, version, key,
  created_at, changed_at, changed_by_id)
SELECT uuidv7(), %(org)s, client, therapist, CASE WHEN die < 85 THEN 1000 - week END,
  %(monday)s::date - 7 * week + no %% 5 + time '10:00',
  CASE WHEN die < 85 THEN 'attended' ELSE 'no_show' END, 'in_person', '', '',
  CASE WHEN die %% 10 = 4 THEN 'repaired' ELSE '' END, '{}', false, false,
  die %% 20 = 7, false, false, false, repeat('x', 300), 'shared', '', 1, uuidv7(), now(), now(),
  therapist
FROM bench_case, generate_series(%(after)s + 1, %(until)s) week,
  LATERAL (SELECT abs(hashint4(no * 1000 + week) %% 100) AS die) thrown
ORDER BY week DESC;  -- as they come, so that a week lies together

INSERT INTO sessions_app_tag (organisation_id, therapy_session_id, code, intensity, sub_forms,
  private_forms, how, visibility)
SELECT %(org)s, s.id, 'M' || 1 + die %% 5, 1 + die %% 3, '{}', '{}', '',
  CASE WHEN die %% 10 = 0 THEN 'private' ELSE 'shared' END
FROM sessions_app_therapysession s,
  LATERAL (SELECT abs(hashint8(s.number + hashtext(s.id::text)::bigint) %% 100) AS die) thrown
WHERE s.number BETWEEN 1000 - %(until)s AND 999 - %(after)s AND die %% 2 = 0
ORDER BY s.number;

INSERT INTO sessions_app_measurement (organisation_id, client_id, instrument, total, items, safety,
  completed_by, "on")
SELECT %(org)s, client, 'PHQ-9', abs(hashint4(no + week) %% 28), '{}', false, 'client',
  %(monday)s::date - 7 * week + no %% 5
FROM bench_case, generate_series(%(after)s + 1, %(until)s) week WHERE (week + no) %% 4 = 0
ORDER BY week DESC;

WITH made AS (
  SELECT client, therapist, half = 0 AS is_open, uuidv7() AS id, uuidv7() AS step,
    %(monday)s::date - 7 * (26 * half + 4 + no %% 20) AS opened_on
  FROM bench_case, generate_series(%(after)s / 26, %(until)s / 26 - 1) half
  WHERE half > 0 OR no %% 3 = 0
), episodes AS (
  INSERT INTO impasses_episode (id, organisation_id, client_id, stage, words, causes, sessions,
    opened_on, opened_by_id, closed_on, repaired, growth, learned_patterns, learned_alliance,
    learned_resilience, version, created_at)
  SELECT id, %(org)s, client, CASE WHEN is_open THEN 'named' ELSE 'resolved' END, '', '{}', '{}',
    opened_on, therapist, CASE WHEN NOT is_open THEN opened_on + 70 END, '', '{}', '', '', '', 1,
    opened_on
  FROM made RETURNING id
), moves AS (
  INSERT INTO impasses_episodemove (organisation_id, client_id, episode_id, before, after, "on", at,
    by_id, is_forward)
  SELECT %(org)s, client, made.id, move.before, move.after, opened_on + day, opened_on + day,
    therapist, is_forward
  FROM made, (VALUES ('', 'named', 0, false), ('named', 'loosening', 42, true),
    ('loosening', 'resolved', 70, true)) AS move (before, after, day, is_forward)
  WHERE NOT is_open OR day = 0 RETURNING id
), steps AS (
  INSERT INTO impasses_planstep (id, organisation_id, client_id, side, strategy, words, source,
    since, created_by_id)
  SELECT step, %(org)s, client, 'therapist', 'T1', '', 'therapist', opened_on, therapist
  FROM made RETURNING id
)
INSERT INTO impasses_trial (organisation_id, client_id, step_id, session_id, "on", outcome)
SELECT %(org)s, made.client, made.step, s.id, opened_on + 14,
  CASE WHEN s.number %% 4 = 0 THEN 'helped' ELSE 'no' END
FROM made JOIN sessions_app_therapysession s ON s.client_id = made.client
  AND s.organisation_id = %(org)s
  AND s.held_at >= opened_on + 14 AND s.held_at < opened_on + 21;

INSERT INTO impasses_suggestion (id, organisation_id, client_id, therapist_id, rule, rule_version,
  rank, types, causes, therapist_strategies, client_strategies, techniques, trace, shared_trace,
  fingerprint, state, reason, created_at, answered_at, ended_at, announced_on)
SELECT uuidv7(), %(org)s, client, therapist, 'R' || 1 + (no + quarter) %% 20, 1, 1, '{}', '{}',
  '{}', '{}', '{}', '{}', CASE WHEN no %% 10 > 0 THEN '{}'::jsonb END, '', 'planned', '', began,
  began + interval '3 days', CASE WHEN quarter > 0 THEN began + interval '60 days' END, began
FROM bench_case, generate_series(%(after)s / 13, %(until)s / 13 - 1) quarter,
  LATERAL (SELECT %(monday)s::date - 7 * (13 * quarter + no %% 13 + 1) AS began) days
WHERE (no + quarter) %% 2 = 0;

INSERT INTO people_staleperiod (organisation_id, week, version, marked_at)
SELECT %(org)s, %(monday)s::date - 7 * week, 1, now()
FROM generate_series(%(after)s + 1, %(until)s) week;
"""


def make_people(organisation: Any, monday: Any) -> None:
    """The therapists, their supervisors and their clients."""
    given = {"org": organisation.pk, "monday": monday}
    sizes = {"therapists": THERAPISTS, "cases": CASES, "team": TEAM}
    _run(PEOPLE.format(**sizes), given)


def go_back(organisation: Any, monday: Any, *, after: int, until: int) -> int:
    """History from `after` to `until` weeks before the Monday; how many sessions there are now."""
    given = {"org": organisation.pk, "monday": monday, "after": after, "until": until}
    _run(HISTORY, given)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM sessions_app_therapysession")
        return int(cursor.fetchone()[0])


def _run(statements: str, given: dict[str, Any]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('impasse.organisation', %s, false)", [str(given["org"])])
        cursor.execute(statements, given)
