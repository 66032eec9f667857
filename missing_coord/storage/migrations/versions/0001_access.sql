-- Who may do what. The application signs in as missing_coord_app, which can do nothing by itself (no inherited rights):
-- each transaction takes exactly one role with SET LOCAL ROLE and names the person in missing_coord.* settings.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['mc_system', 'mc_sign_in', 'mc_coordinator', 'mc_interview_worker', 'mc_manager',
                                     'mc_quality_auditor', 'mc_exploitation_lead', 'mc_administrator'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            execute format('create role %I nologin', role_name);
        end if;
        if exists (select from pg_roles where rolname = 'missing_coord_app')
           and not exists (select from pg_auth_members m
                           join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member
                           where r.rolname = role_name and u.rolname = 'missing_coord_app') then
            execute format('grant %I to missing_coord_app with inherit false, set true', role_name);
        end if;
    end loop;
end $$;
--;;
create function app_worker() returns text language sql stable parallel safe
    as $$ select coalesce(current_setting('missing_coord.worker_id', true), '') $$;
--;;
create function app_user() returns text language sql stable parallel safe
    as $$ select coalesce(current_setting('missing_coord.user_id', true), '') $$;
--;;
revoke all on schema public from public;
--;;
-- Nobody needs temporary tables; where the database is not ours to change, docs/security.md says what to do by hand.
do $$
begin
    if pg_has_role((select datdba from pg_database where datname = current_database()), 'usage') then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
end $$;
--;;
grant usage on schema public to mc_system, mc_sign_in, mc_coordinator, mc_interview_worker, mc_manager,
    mc_quality_auditor, mc_exploitation_lead, mc_administrator;
--;;
-- Row-level security is on everywhere; what no policy allows does not exist for the role.
do $$
declare
    each record;
begin
    for each in select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' loop
        execute format('alter table %I enable row level security', each.tablename);
        if each.tablename not in ('audit_trail', 'user_secrets', 'sessions', 'api_keys') then
            execute format('create policy system_all on %I for all to mc_system using (true) with check (true)', each.tablename);
            execute format('grant select, insert, update, delete on %I to mc_system', each.tablename);
        end if;
    end loop;
end $$;
--;;
grant select on alembic_version to mc_system, mc_sign_in;
--;;
-- Everybody writes events; only the system reads and sends them.
grant insert on outbox to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor, mc_exploitation_lead, mc_administrator;
--;;
create policy people_write on outbox for insert
    to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor, mc_exploitation_lead, mc_administrator with check (true);
--;;
-- The audit trail: everybody adds, nobody changes, few read.
grant insert on audit_trail to mc_system, mc_sign_in, mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor,
    mc_exploitation_lead, mc_administrator;
--;;
create policy all_add on audit_trail for insert to mc_system, mc_sign_in, mc_coordinator, mc_interview_worker, mc_manager,
    mc_quality_auditor, mc_exploitation_lead, mc_administrator with check ('mc_' || actor_role = current_user);
--;;
grant select on audit_trail to mc_system, mc_manager, mc_administrator;
--;;
create policy few_read on audit_trail for select to mc_system, mc_manager, mc_administrator using (true);
--;;
-- The number is given under the lock, so that the order of the numbers is the order of the chain and none is missing.
-- pg_temp stands last in every search path, so that nobody can put a temporary table before a real one.
create function audit_chain() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
declare
    last_seq bigint;
    last_hash bytea;
begin
    perform pg_advisory_xact_lock(7236002);
    select seq, row_hash into last_seq, last_hash from audit_trail order by seq desc limit 1;
    new.seq := coalesce(last_seq, 0) + 1;
    new.previous_hash := coalesce(last_hash, '\x00');
    new.row_hash := sha256(new.previous_hash || audit_content(new.seq, new.at, new.actor, new.actor_role, new.action,
                                                              new.subject_type, new.subject_id, new.detail));
    return new;
end $$;
--;;
create function audit_content(seq bigint, at timestamptz, actor text, actor_role text, action text,
                              subject_type text, subject_id text, detail jsonb) returns bytea
    language sql immutable parallel safe as $$
    select convert_to(jsonb_build_array(seq, extract(epoch from at)::text, actor, actor_role, action, subject_type,
                                        subject_id, detail)::text, 'UTF8') $$;
--;;
create trigger audit_chain before insert on audit_trail for each row execute function audit_chain();
--;;
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
end $$;
--;;
create trigger audit_append_only before update or delete or truncate on audit_trail
    for each statement execute function audit_is_append_only();
--;;
create function audit_broken_at() returns bigint language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select min(seq) from (
        select seq, previous_hash, row_hash, at, actor, actor_role, action, subject_type, subject_id, detail,
               lag(row_hash, 1, '\x00'::bytea) over (order by seq) as expected, row_number() over (order by seq) as place
        from audit_trail) t
    where seq <> place or previous_hash <> expected
       or row_hash <> sha256(previous_hash || audit_content(seq, at, actor, actor_role, action, subject_type, subject_id, detail)) $$;
--;;
revoke execute on function audit_broken_at() from public;
--;;
grant execute on function audit_broken_at() to mc_system, mc_manager, mc_administrator;
--;;
-- Interviews: workers see and change their own only, and can reach no other child by naming it in one of theirs.
grant select, insert, update on interviews, interview_episodes to mc_coordinator, mc_manager, mc_interview_worker;
--;;
grant select on interviews, interview_episodes to mc_quality_auditor, mc_exploitation_lead;
--;;
create policy office_all on interviews for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy readers on interviews for select to mc_quality_auditor, mc_exploitation_lead using (true);
--;;
-- An interview that an auditor returned stays its worker's until a newer version of the record is submitted.
create function waits_for_rework(interview uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from quality_audits a where a.interview_id = interview and a.returned
                   and not exists (select from quality_audits later where later.interview_id = interview
                                   and later.audit_id > a.audit_id)
                   and not exists (select from interview_records r where r.interview_id = interview
                                   and r.number > a.record_number)) $$;
--;;
create policy own_work on interviews for all to mc_interview_worker
    using (worker_id <> '' and worker_id = app_worker()
           and (closed_at is null or closed_at > now() - interval '28 days' or waits_for_rework(interview_id)))
    with check (worker_id <> '' and worker_id = app_worker());
--;;
create function worker_keeps_to_own_children() returns trigger language plpgsql
    set search_path = pg_catalog, public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and new.child_id <> old.child_id
       or not exists (select from interviews i where i.child_id = new.child_id) then
        raise exception 'a worker opens interviews only for a child of their own interviews'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
--;;
create trigger worker_keeps_to_own_children before insert or update on interviews for each row
    when (current_user = 'mc_interview_worker') execute function worker_keeps_to_own_children();
--;;
create policy office_all on interview_episodes for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy readers on interview_episodes for select to mc_quality_auditor, mc_exploitation_lead using (true);
--;;
create policy own_work on interview_episodes for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = interview_episodes.interview_id))
    with check (exists (select from interviews i join episodes e on e.child_id = i.child_id
                        where i.interview_id = interview_episodes.interview_id
                          and e.episode_id = interview_episodes.episode_id));
--;;
-- A timeline entry remembers which notices its interview was about, so that it can follow them to another child and back.
create function entry_is_about() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
begin
    new.about := array(select distinct e.incident_id from interview_episodes l join episode_incidents e using (episode_id)
                       where l.interview_id = new.interview_id order by 1);
    return new;
end $$;
--;;
create trigger entry_is_about before insert on interview_events for each row execute function entry_is_about();
--;;
grant select, insert on interview_events to mc_coordinator, mc_manager, mc_interview_worker;
--;;
grant select on interview_events to mc_quality_auditor, mc_exploitation_lead;
--;;
create policy office_all on interview_events for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy readers on interview_events for select to mc_quality_auditor, mc_exploitation_lead using (true);
--;;
create policy own_work on interview_events for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = interview_events.interview_id))
    with check (exists (select from interviews i where i.interview_id = interview_events.interview_id));
--;;
-- Children and episodes are kept by the system alone, derived from what was received and decided: a worker sees those of their own interviews; an auditor those that have an interview.
grant select on children, episodes, episode_incidents to mc_coordinator, mc_manager, mc_exploitation_lead;
--;;
grant select on children, episodes to mc_interview_worker, mc_quality_auditor;
--;;
create policy office_reads on children for select to mc_coordinator, mc_manager using (true);
--;;
create policy lead_reads on children for select to mc_exploitation_lead using (true);
--;;
create policy of_own_interviews on children for select to mc_interview_worker, mc_quality_auditor
    using (exists (select from interviews i where i.child_id = children.child_id));
--;;
create policy office_reads on episodes for select to mc_coordinator, mc_manager using (true);
--;;
create policy lead_reads on episodes for select to mc_exploitation_lead using (true);
--;;
create policy of_own_interviews on episodes for select to mc_interview_worker, mc_quality_auditor
    using (exists (select from interviews i where i.child_id = episodes.child_id));
--;;
create policy office_reads on episode_incidents for select to mc_coordinator, mc_manager using (true);
--;;
create policy lead_reads on episode_incidents for select to mc_exploitation_lead using (true);
--;;
-- Placements: an address that is confidential is seen by no person's role at all.
grant select on placements to mc_coordinator, mc_manager, mc_exploitation_lead, mc_quality_auditor, mc_interview_worker;
--;;
grant select on placement_addresses to mc_coordinator, mc_manager, mc_interview_worker;
--;;
create policy office_reads on placements for select to mc_coordinator, mc_manager, mc_exploitation_lead using (true);
--;;
create policy of_own_interviews on placements for select to mc_interview_worker, mc_quality_auditor
    using (exists (select from interviews i where i.child_id = placements.child_id));
--;;
create policy not_confidential on placement_addresses for select to mc_coordinator, mc_manager using (not confidential);
--;;
create policy of_own_interviews on placement_addresses for select to mc_interview_worker
    using (not confidential and exists (select from interviews i where i.child_id = placement_addresses.child_id));
--;;
-- Notices, incidents and matching: the office, and the exploitation lead for evidence.
grant select on notices, incidents to mc_coordinator, mc_manager, mc_exploitation_lead;
--;;
grant select, insert, update (undone_by, undone_at, undone_reason) on match_decisions to mc_coordinator, mc_manager;
--;;
grant select on missing_list_entries, ssda903_rows, intake_batches to mc_coordinator, mc_manager;
--;;
grant select, update (resolved_at, resolved_by, resolution) on quarantine to mc_coordinator, mc_manager;
--;;
create policy office_reads on notices for select to mc_coordinator, mc_manager, mc_exploitation_lead using (true);
--;;
create policy office_reads on incidents for select to mc_coordinator, mc_manager using (true);
--;;
create policy lead_reads on incidents for select to mc_exploitation_lead using (true);
--;;
create policy office_all on match_decisions for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_reads on missing_list_entries for select to mc_coordinator, mc_manager using (true);
--;;
create policy office_reads on ssda903_rows for select to mc_coordinator, mc_manager using (true);
--;;
create policy office_reads on intake_batches for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
grant select on intake_batches to mc_administrator;
--;;
create policy office_all on quarantine for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
-- Quality audits: an auditor adds, never about what they recorded on themselves; nobody changes one; the office and the author read.
grant select, insert on quality_audits, audit_grades to mc_quality_auditor;
--;;
grant select on quality_audits, audit_grades to mc_coordinator, mc_manager, mc_interview_worker;
--;;
create function wrote_on(interview uuid, who text) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from interview_events v where v.interview_id = interview and v.recorded_by = who) $$;
--;;
create policy auditors_read on quality_audits for select to mc_quality_auditor using (true);
--;;
create policy auditors_add on quality_audits for insert to mc_quality_auditor
    with check (audited_by <> '' and not wrote_on(interview_id, audited_by));
--;;
create policy office_reads on quality_audits for select to mc_coordinator, mc_manager using (true);
--;;
-- Feedback is the author's however long ago the interview was closed.
create function is_own_interview(interview uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from interviews i
                   where i.interview_id = interview and i.worker_id <> '' and i.worker_id = app_worker()) $$;
--;;
create policy own_work on quality_audits for select to mc_interview_worker using (is_own_interview(interview_id));
--;;
-- Whoever may still grade an audit a second time does not see the first grade; an earlier closing is not graded any more.
create function waits_for_second_grade(audit bigint) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from quality_audits a join interviews i using (interview_id)
                   where a.audit_id = audit and a.sampled and a.closed_at = i.closed_at)
       and not exists (select from audit_grades g where g.audit_id = audit and g.place = 2) $$;
--;;
create policy auditors_read on audit_grades for select to mc_quality_auditor
    using (place = 2 or (graded_by_user <> '' and graded_by_user = app_user()) or not waits_for_second_grade(audit_id));
--;;
create policy auditors_add on audit_grades for insert to mc_quality_auditor
    with check (graded_by <> '' and exists (
        select from quality_audits a where a.audit_id = audit_grades.audit_id and not wrote_on(a.interview_id, graded_by)
            and case when place = 1 then a.audited_by = graded_by else a.audited_by <> graded_by and a.sampled end));
--;;
create policy office_reads on audit_grades for select to mc_coordinator, mc_manager using (true);
--;;
create policy own_work on audit_grades for select to mc_interview_worker
    using (place = 1 and exists (select from quality_audits a where a.audit_id = audit_grades.audit_id));
--;;
grant select, insert on audit_readings to mc_interview_worker;
--;;
grant select on audit_readings to mc_coordinator, mc_manager, mc_quality_auditor;
--;;
create policy readers on audit_readings for select to mc_coordinator, mc_manager, mc_quality_auditor using (true);
--;;
create policy own_work on audit_readings for all to mc_interview_worker
    using (exists (select from quality_audits a where a.audit_id = audit_readings.audit_id))
    with check (exists (select from quality_audits a where a.audit_id = audit_readings.audit_id));
--;;
revoke execute on function wrote_on(uuid, text), is_own_interview(uuid), waits_for_second_grade(bigint) from public;
--;;
grant execute on function wrote_on(uuid, text), waits_for_second_grade(bigint) to mc_quality_auditor;
--;;
grant execute on function is_own_interview(uuid) to mc_interview_worker;
--;;
-- Criteria and scale of audits are everybody's to read who reads audits, and a manager's to change.
grant select on audit_schemes to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor;
--;;
grant insert on audit_schemes to mc_manager;
--;;
create policy readers on audit_schemes for select to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor using (true);
--;;
create policy manager_adds on audit_schemes for insert to mc_manager with check (true);
--;;
revoke update, delete on audit_grades, audit_schemes from mc_system;
--;;
-- Signs that a child is back: the office answers them; what they are is the system's.
grant select, update (state, answered_by, answered_at, returned_at, basis, reason, confirm_by, next_step, next_step_at, version)
    on presumed_returns to mc_coordinator, mc_manager;
--;;
create policy office_all on presumed_returns for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
-- Workforce, proposals, escalations, messages.
grant select on workers, absences to mc_coordinator, mc_manager, mc_interview_worker;
--;;
grant select on workers to mc_administrator, mc_quality_auditor;
--;;
create policy office_reads on workers for select to mc_coordinator, mc_manager, mc_administrator, mc_quality_auditor using (true);
--;;
create policy own_row on workers for select to mc_interview_worker using (worker_id = app_worker());
--;;
create policy office_reads on absences for select to mc_coordinator, mc_manager using (true);
--;;
create policy own_rows on absences for select to mc_interview_worker using (worker_id = app_worker());
--;;
grant select, insert, update, delete on proposals to mc_coordinator, mc_manager;
--;;
create policy office_all on proposals for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
-- What a child wishes of a visit: the office keeps it, the worker who goes reads it.
grant select, insert, update on child_wishes to mc_coordinator, mc_manager;
--;;
grant select, insert, delete on child_closed_hours to mc_coordinator, mc_manager;
--;;
grant select on child_wishes, child_closed_hours to mc_interview_worker;
--;;
create policy office_all on child_wishes for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_all on child_closed_hours for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy of_own_interviews on child_wishes for select to mc_interview_worker
    using (exists (select from interviews i where i.child_id = child_wishes.child_id));
--;;
create policy of_own_interviews on child_closed_hours for select to mc_interview_worker
    using (exists (select from interviews i where i.child_id = child_closed_hours.child_id));
--;;
grant select, update (interview_id) on escalations to mc_coordinator, mc_manager, mc_interview_worker;
--;;
grant select on escalations to mc_quality_auditor;
--;;
create policy office_all on escalations for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy readers on escalations for select to mc_quality_auditor using (true);
--;;
create policy own_work on escalations for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = escalations.interview_id))
    with check (exists (select from interviews i where i.interview_id = escalations.interview_id));
--;;
grant select, update (seen_at, seen_by) on messages to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor,
    mc_exploitation_lead;
--;;
create policy own_messages on messages for all to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor, mc_exploitation_lead
    using ('mc_' || recipient_role = current_user and (recipient_user = '' or recipient_user = app_user()))
    with check ('mc_' || recipient_role = current_user);
--;;
-- Kept reports: the office reads and keeps them, and nobody changes or deletes one.
grant select, insert on kept_reports to mc_coordinator, mc_manager;
--;;
create policy office_all on kept_reports for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
revoke update, delete on kept_reports from mc_system;
--;;
-- Ladders and rotas are the office's to see, and ladders a manager's to change; contacts are kept by managers.
grant select on ladders, rotas, contacts, team_members, deliveries, alert_steps, proofs to mc_coordinator, mc_manager, mc_administrator;
--;;
grant insert on ladders to mc_manager;
--;;
grant insert, update on rotas to mc_coordinator, mc_manager;
--;;
grant insert, update, delete on contacts, team_members to mc_manager, mc_administrator;
--;;
grant select on alerts to mc_coordinator, mc_manager, mc_administrator, mc_quality_auditor, mc_exploitation_lead;
--;;
grant select, insert, update (ended_at, outcome) on promises to mc_coordinator, mc_manager, mc_interview_worker;
--;;
create policy office_reads on ladders for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
create policy manager_adds on ladders for insert to mc_manager with check (true);
--;;
create policy office_reads on rotas for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
create policy office_adds on rotas for insert to mc_coordinator, mc_manager with check (true);
--;;
create policy office_changes on rotas for update to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_reads on contacts for select to mc_coordinator using (true);
--;;
create policy office_all on contacts for all to mc_manager, mc_administrator using (true) with check (true);
--;;
create policy office_reads on team_members for select to mc_coordinator using (true);
--;;
create policy office_all on team_members for all to mc_manager, mc_administrator using (true) with check (true);
--;;
create policy office_reads on deliveries for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
create policy office_reads on alerts for select to mc_coordinator, mc_manager, mc_administrator, mc_quality_auditor,
    mc_exploitation_lead using (true);
--;;
create policy office_reads on alert_steps for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
create policy office_all on promises for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy own_work on promises for all to mc_interview_worker
    using (subject_type = 'interview' and exists (select from interviews i where i.interview_id::text = promises.subject_id))
    with check (subject_type = 'interview' and exists (select from interviews i where i.interview_id::text = promises.subject_id));
--;;
create policy office_reads on proofs for select to mc_coordinator, mc_manager, mc_administrator using (true);
--;;
-- Who can be told at all: the names under which people sign in and their roles, for those who write ladders and rotas.
create function people_to_tell() returns table (user_id uuid, username text, display_name text, role text, worker_id text)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select user_id, username, display_name, role, worker_id from users where disabled_at is null order by username $$;
--;;
revoke execute on function people_to_tell() from public;
--;;
grant execute on function people_to_tell() to mc_system, mc_coordinator, mc_manager, mc_administrator;
--;;
-- Patterns: the exploitation lead; a manager may see that they exist.
grant select, update on patterns to mc_exploitation_lead;
--;;
grant select on pattern_children, mentions to mc_exploitation_lead;
--;;
grant select on patterns to mc_manager;
--;;
create policy lead_all on patterns for all to mc_exploitation_lead using (true) with check (true);
--;;
create policy manager_reads on patterns for select to mc_manager using (true);
--;;
create policy lead_reads on pattern_children for select to mc_exploitation_lead using (true);
--;;
create policy lead_reads on mentions for select to mc_exploitation_lead using (true);
--;;
-- A link's existence, and nothing of it, may be told to those who can open the child.
-- Inside, current_user is the owner of the function; the role that asks is the one the transaction took.
create function child_has_open_link(child text) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from pattern_children pc join patterns p using (pattern_id)
                   where pc.child_id = child and p.state in ('proposed', 'parked', 'confirmed') and p.kind <> 'hot_spot'
                     and (current_setting('role') not in ('mc_interview_worker', 'mc_quality_auditor')
                          or exists (select from interviews i where i.child_id = child
                                     and (current_setting('role') = 'mc_quality_auditor'
                                          or i.worker_id <> '' and i.worker_id = app_worker()
                                             and (i.closed_at is null or i.closed_at > now() - interval '28 days'))))
                     and (select count(distinct other.child_id) from pattern_children other where other.pattern_id = p.pattern_id) > 1) $$;
--;;
revoke execute on function child_has_open_link(text) from public;
--;;
grant execute on function child_has_open_link(text) to mc_coordinator, mc_manager, mc_interview_worker, mc_exploitation_lead, mc_quality_auditor;
--;;
-- Whether a child's record still waits for somebody to say which child it is; nothing else of the incident is told.
create function child_waits_for_review(child text) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from incidents i join children c using (child_id)
                   where i.child_id = child and c.provisional and i.match_state in ('review', 'unmatched')
                     and (current_setting('role') not in ('mc_interview_worker', 'mc_quality_auditor')
                          or exists (select from interviews v where v.child_id = child
                                     and (current_setting('role') = 'mc_quality_auditor'
                                          or v.worker_id <> '' and v.worker_id = app_worker())))) $$;
--;;
revoke execute on function child_waits_for_review(text) from public;
--;;
grant execute on function child_waits_for_review(text) to mc_coordinator, mc_manager, mc_interview_worker,
    mc_exploitation_lead, mc_quality_auditor, mc_system;
--;;
-- People and keys: the administrator keeps them; only sign-in reads secrets.
grant select, insert, update on users to mc_administrator;
--;;
grant insert, update on user_secrets to mc_administrator;
--;;
grant select (user_id) on user_secrets to mc_administrator;
--;;
grant select (user_id, created_at, last_seen_at, expires_at), delete on sessions to mc_administrator;
--;;
grant select (key_id, source, scopes, created_at, revoked_at), insert, update on api_keys to mc_administrator;
--;;
grant select on users, api_keys to mc_sign_in;
--;;
grant select, update on user_secrets to mc_sign_in;
--;;
grant select, insert, update, delete on sessions to mc_sign_in;
--;;
grant select on users to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor, mc_exploitation_lead;
--;;
create policy admin_all on users for all to mc_administrator using (true) with check (true);
--;;
create policy sign_in_reads on users for select to mc_sign_in using (true);
--;;
create policy own_row on users for select to mc_coordinator, mc_interview_worker, mc_manager, mc_quality_auditor,
    mc_exploitation_lead using (user_id::text = app_user());
--;;
create policy admin_writes on user_secrets for all to mc_administrator using (true) with check (true);
--;;
create policy sign_in_all on user_secrets for all to mc_sign_in using (true) with check (true);
--;;
create policy sign_in_all on sessions for all to mc_sign_in using (true) with check (true);
--;;
create policy admin_ends on sessions for all to mc_administrator using (true);
--;;
create policy admin_all on api_keys for all to mc_administrator using (true) with check (true);
--;;
create policy sign_in_reads on api_keys for select to mc_sign_in using (true);
--;;
-- Screens hear of changes as they are committed.
create function tell_screens() returns trigger language plpgsql as $$
begin
    perform pg_notify('missing_coord_changes', tg_argv[0]);
    return null;
end $$;
--;;
create trigger tell_screens after insert or update or delete on interviews for each statement execute function tell_screens('queue');
--;;
create trigger tell_screens after insert or update or delete on interview_episodes for each statement execute function tell_screens('queue');
--;;
create trigger tell_screens after insert or update on episodes for each statement execute function tell_screens('queue');
--;;
create trigger tell_screens after insert on outbox for each statement execute function tell_screens('outbox');
--;;
create trigger tell_screens after insert on messages for each statement execute function tell_screens('messages');
--;;
create trigger tell_screens after insert or update on alerts for each statement execute function tell_screens('messages');
--;;
create trigger tell_screens after insert or update on proposals for each statement execute function tell_screens('queue');
