-- Every fact of every week and month that is over, from the raw rows: kind, first day, figure,
-- case, whose work, whether the therapist may know, whether others may, how much.
-- Written apart from trends/facts.py, to be held against it.

WITH days AS (
  SELECT 'week' AS kind, s::date AS s, s::date + 7 AS e
  FROM generate_series(date_trunc('week', %(first)s::date), %(today)s::date, '7 days') s
  UNION ALL
  SELECT 'month', s::date, (s + interval '1 month')::date
  FROM generate_series(date_trunc('month', %(first)s::date), %(today)s::date, '1 month') s
), p AS (
  SELECT *, s::timestamp AT TIME ZONE %(zone)s AS b, e::timestamp AT TIME ZONE %(zone)s AS f
  FROM days WHERE e <= %(today)s
), had AS (
  SELECT p.*, c.id AS client, coalesce(
    (SELECT h.before_id FROM people_handover h WHERE h.client_id = c.id AND h."on" >= p.e
     ORDER BY h."on", h.id LIMIT 1), c.therapist_id) AS who
  FROM p, people_client c
), visit AS (
  SELECT *, attendance IN ('attended', 'late') AS held,
    (held_at AT TIME ZONE %(zone)s)::date AS day
  FROM sessions_app_therapysession
), held AS (
  SELECT *, row_number() OVER (PARTITION BY client_id ORDER BY held_at, created_at) AS n
  FROM visit WHERE held
), tag AS (
  SELECT held.client_id, author_id, held_at, repair, code, intensity, visibility <> 'private'
    AND (sub_forms = '{}' OR EXISTS (SELECT unnest(sub_forms) EXCEPT SELECT unnest(private_forms)))
    AS counted
  FROM sessions_app_tag t JOIN held ON held.id = t.therapy_session_id WHERE code ~ '^M[1-5]$'
), hint AS (
  SELECT *, shared_trace IS NOT NULL AS open FROM impasses_suggestion
), trial AS (
  SELECT t."on", t.outcome, t.session_id, st.client_id, st.created_by_id,
    hint.id IS NULL OR hint.open AS open
  FROM impasses_trial t JOIN impasses_planstep st ON st.id = t.step_id
  LEFT JOIN hint ON hint.id = st.suggestion_id
), knot AS (
  SELECT ep.*, hint.types, hint.id IS NULL OR hint.open AS open
  FROM impasses_episode ep LEFT JOIN hint ON hint.id = ep.suggestion_id
), move AS (
  SELECT m.id, m.episode_id, m.after, m."on", m.at, m.is_forward, knot.client_id,
    knot.opened_by_id, knot.open
  FROM impasses_episodemove m JOIN knot ON knot.id = m.episode_id WHERE undone_at IS NULL
), stood AS (
  SELECT had.*, knot.id, knot.opened_on, knot.closed_on, knot.types, knot.open,
    knot.open OR knot.opened_by_id = had.who AS mine, last.after AS stage
  FROM had JOIN knot ON knot.client_id = had.client AND knot.opened_on < had.e
    AND (knot.closed_on IS NULL OR knot.closed_on >= had.s),
  LATERAL (SELECT after, "on" FROM move WHERE episode_id = knot.id AND "on" < had.e
    ORDER BY at DESC, move.id DESC LIMIT 1) last
  WHERE last.after NOT IN ('resolved', 'ended') OR last."on" >= had.s
), moved AS (  -- when a case moved, counted in held sessions, and who may know
  SELECT client_id, n, day AS told, NULL::uuid AS whose, true AS open FROM held WHERE movement
  UNION ALL
  SELECT held.client_id, n, day, created_by_id, open
  FROM trial JOIN held ON held.id = trial.session_id WHERE outcome = 'helped'
  UNION ALL
  SELECT move.client_id, coalesce(max(n), 0), move."on", opened_by_id, open
  FROM move LEFT JOIN held ON held.client_id = move.client_id AND held.day <= move."on"
  WHERE is_forward GROUP BY move.id, move.client_id, move."on", opened_by_id, open
), since AS (
  SELECT stood.kind, stood.s, stood.id, had.n
      - coalesce(max(moved.n) FILTER (WHERE moved.open OR moved.whose = stood.who), 0) AS own,
    had.n - coalesce(max(moved.n) FILTER (WHERE moved.open), 0) AS shared
  FROM stood
  CROSS JOIN LATERAL (SELECT count(*) AS n FROM held
    WHERE client_id = stood.client AND held_at < stood.f) had
  LEFT JOIN moved ON moved.client_id = stood.client AND moved.told < stood.e
  GROUP BY stood.kind, stood.s, stood.id, had.n
), first AS (  -- the first movement of each impasse in each period: a tick, a step, its own stage
  SELECT stood.kind, stood.s, stood.id, min(x.n) FILTER (WHERE x.open OR x.whose = stood.who) AS own,
    min(x.n) FILTER (WHERE x.open) AS shared
  FROM stood, LATERAL (
    SELECT n, NULL::uuid AS whose, true AS open FROM held
    WHERE client_id = stood.client AND movement AND day >= opened_on AND held_at < stood.f
    UNION ALL
    SELECT n, created_by_id, open FROM trial JOIN held ON held.id = trial.session_id
    WHERE held.client_id = stood.client AND outcome = 'helped' AND day >= opened_on
      AND held_at < stood.f
    UNION ALL
    SELECT (SELECT count(*) FROM held WHERE client_id = stood.client AND day <= move."on"),
      NULL, true
    FROM move WHERE episode_id = stood.id AND is_forward AND move."on" < stood.e
  ) x GROUP BY stood.kind, stood.s, stood.id
), wait AS (
  SELECT stood.*, v.what, v.at, v.is_own,
    (SELECT count(*) FROM held WHERE client_id = stood.client AND day < opened_on) AS start,
    (SELECT count(*) FROM held WHERE client_id = stood.client AND held_at < stood.f
      AND day <= coalesce(closed_on, 'infinity')) AS until
  FROM stood LEFT JOIN first USING (kind, s, id),
  LATERAL (VALUES (CASE WHEN first.own IS NULL THEN 'open' ELSE 'moved' END, first.own, true),
    (CASE WHEN first.shared IS NULL THEN 'open' ELSE 'moved' END, first.shared, false))
    AS v (what, at, is_own)
), score AS (
  SELECT DISTINCT ON (had.kind, had.s, m.client_id, m.instrument) had.*, m.id AS pk, m.instrument,
    m.total
  FROM had JOIN sessions_app_measurement m ON m.client_id = had.client
    AND m."on" >= had.s AND m."on" < had.e
  ORDER BY had.kind, had.s, m.client_id, m.instrument, m."on" DESC, m.id DESC
), started AS (
  SELECT DISTINCT ON (client_id, instrument) * FROM sessions_app_measurement
  ORDER BY client_id, instrument, "on", id
), going AS (
  SELECT had.* FROM had JOIN people_client c ON c.id = had.client
  WHERE (ended_on IS NULL OR ended_on >= e)
    AND EXISTS (SELECT 1 FROM visit WHERE client_id = had.client AND held_at < had.f)
)

SELECT kind, s, 'cases', client, who, true, true, 1 FROM going
UNION ALL
SELECT kind, s, 'missing.log', client, who, true, true, 1 FROM going
WHERE NOT EXISTS (SELECT 1 FROM visit WHERE client_id = client AND held_at >= b AND held_at < f)
UNION ALL
SELECT kind, s, 'missing.score', client, who, true, true, 1 FROM going
WHERE NOT EXISTS (SELECT 1 FROM sessions_app_measurement m WHERE m.client_id = client
  AND m."on" >= e - 84 AND m."on" < e)
UNION ALL
SELECT kind, s, w.key, client_id, author_id, true, true, 1
FROM visit JOIN p ON held_at >= b AND held_at < f,
LATERAL (VALUES (CASE WHEN held THEN 'held' ELSE 'missed' END), ('attendance.' || attendance))
  AS w (key)
UNION ALL
SELECT kind, s, w.key, client_id, author_id, true, counted, w.amount
FROM tag JOIN p ON held_at >= b AND held_at < f,
LATERAL (VALUES ('sign.' || code, 1), ('intensity.' || code, intensity),
  (CASE code WHEN 'M5' THEN 'strain' END, 1),
  (CASE code WHEN 'M5' THEN 'repair.' || coalesce(nullif(repair, ''), 'unsaid') END, 1))
  AS w (key, amount)
WHERE w.key IS NOT NULL
UNION ALL
SELECT kind, s, 'drafts', client_id, author_id, true, false, 1
FROM sessions_app_sessiondraft JOIN p ON saved_at < f
UNION ALL
SELECT kind, s, 'offered', client, who, bool_or(open OR therapist_id = who), bool_or(open), 1
FROM hint JOIN had ON client_id = client AND announced_on >= s AND announced_on < e
  AND created_at < f
GROUP BY kind, s, client, who, rule
UNION ALL
SELECT kind, s, 'unanswered', client, who, bool_or(open OR therapist_id = who), bool_or(open), 1
FROM hint JOIN had ON client_id = client AND announced_on < e AND created_at < f
  AND coalesce(answered_at, 'infinity') >= f AND coalesce(ended_at, 'infinity') >= f
GROUP BY kind, s, client, who, rule
UNION ALL
SELECT kind, s, CASE state WHEN 'superseded' THEN 'snoozed' ELSE state END, client, who,
  open OR therapist_id = who, open, 1
FROM hint JOIN had ON client_id = client AND answered_at >= b AND answered_at < f
UNION ALL
SELECT kind, s, 'outcome.' || outcome, client, who, open OR created_by_id = who, open, 1
FROM trial JOIN had ON client_id = client AND "on" >= s AND "on" < e
UNION ALL
SELECT kind, s, 'score.' || CASE WHEN abs(score.total - started.total) <
    CASE score.instrument WHEN 'PHQ-9' THEN 6 WHEN 'GAD-7' THEN 4 END THEN 'unclear'
  WHEN score.total < started.total THEN 'better' ELSE 'worse' END, client, who, true, true, 1
FROM score JOIN started ON client_id = client AND started.instrument = score.instrument
WHERE started.id <> pk
UNION ALL
SELECT kind, s, w.key, client, who, mine, open, 1 FROM stood,
LATERAL (VALUES (CASE WHEN opened_on >= s THEN 'opened' END),
  (CASE WHEN EXISTS (SELECT 1 FROM move WHERE episode_id = stood.id AND after = 'loosening'
    AND "on" >= s AND "on" < e) THEN 'loosened' END),
  (CASE WHEN stage IN ('resolved', 'ended') THEN stage ELSE 'open' END),
  (CASE WHEN stage NOT IN ('resolved', 'ended') THEN 'stage.' || stage END)) AS w (key)
WHERE w.key IS NOT NULL
UNION ALL
SELECT kind, s, 'type.' || type, client, who, mine, false, 1
FROM stood JOIN (
  SELECT episode_id, type, confidence, max(confidence) OVER (PARTITION BY episode_id) AS most
  FROM impasses_hypothesis) h ON episode_id = id AND confidence = most AND most > 0
WHERE stage NOT IN ('resolved', 'ended')
UNION ALL
SELECT kind, s, 'type.' || type, client, who, false, open, 1 FROM stood, unnest(types) type
WHERE stage NOT IN ('resolved', 'ended')
UNION ALL
SELECT kind, s, 'stuck', client, who, mine AND own >= 4, open AND shared >= 4, 1
FROM stood JOIN since USING (kind, s, id)
WHERE stage NOT IN ('resolved', 'ended') AND opened_on < s
UNION ALL
SELECT kind, s, 'wait.' || what, client, who, mine AND is_own, open AND NOT is_own,
  greatest(CASE WHEN at IS NULL THEN until ELSE greatest(at, start) END - start, 0)
FROM wait
