-- Interview records: workers write those of their own interviews; managers and auditors read; what was submitted is never
-- changed, by the system neither, which may only carry it to another interview.
-- The next worker learns of a child's earlier interviews what the child asked for, how it is reached safely and what was
-- done about it. Whether an interview is of a child of the worker's own is all that the function tells.
create function of_own_child(interview uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from interviews asked join interviews mine on mine.child_id = asked.child_id
                   where asked.interview_id = interview and mine.worker_id <> '' and mine.worker_id = app_worker()
                     and (mine.closed_at is null or mine.closed_at > now() - interval '28 days')) $$;
--;;
revoke execute on function of_own_child(uuid), waits_for_rework(uuid) from public;
--;;
grant execute on function of_own_child(uuid), waits_for_rework(uuid) to mc_interview_worker;
--;;
grant execute on function waits_for_rework(uuid) to mc_system;
--;;
grant select, insert, update, delete on record_drafts to mc_interview_worker;
--;;
-- A draft is its worker's alone: whoever takes the interview over starts their own. One that is left behind can still
-- be read and thrown away by whoever typed it, and written no more.
create policy own_reads on record_drafts for select to mc_interview_worker
    using (worker_id <> '' and worker_id = app_worker());
--;;
create policy own_drops on record_drafts for delete to mc_interview_worker
    using (worker_id <> '' and worker_id = app_worker());
--;;
create policy own_work_begins on record_drafts for insert to mc_interview_worker
    with check (worker_id <> '' and worker_id = app_worker()
                and exists (select from interviews i where i.interview_id = record_drafts.interview_id));
--;;
create policy own_work_goes_on on record_drafts for update to mc_interview_worker
    using (worker_id <> '' and worker_id = app_worker()
           and exists (select from interviews i where i.interview_id = record_drafts.interview_id))
    with check (worker_id <> '' and worker_id = app_worker()
                and exists (select from interviews i where i.interview_id = record_drafts.interview_id));
--;;
grant select, insert on interview_records, record_contents, record_reasons, record_screen_answers, record_entries
    to mc_interview_worker;
--;;
grant select on interview_records to mc_coordinator;
--;;
grant select on interview_records, record_contents, record_reasons, record_screen_answers, record_entries
    to mc_manager, mc_quality_auditor;
--;;
grant select on interview_records, record_entries to mc_exploitation_lead;
--;;
create policy office_reads on interview_records for select to mc_coordinator, mc_manager, mc_quality_auditor,
    mc_exploitation_lead using (true);
--;;
create policy of_own_children on interview_records for select to mc_interview_worker using (of_own_child(interview_id));
--;;
create policy own_work on interview_records for insert to mc_interview_worker
    with check (exists (select from interviews i where i.interview_id = interview_records.interview_id));
--;;
create policy readers on record_contents for select to mc_manager, mc_quality_auditor using (true);
--;;
create policy own_work on record_contents for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = record_contents.interview_id))
    with check (exists (select from interviews i where i.interview_id = record_contents.interview_id));
--;;
-- The reasons that a worker chose are not for an auditor who may still code them a second time.
create function codes_reasons_again(interview uuid) returns boolean language sql stable security definer
    set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from quality_audits a where a.interview_id = interview and waits_for_second_grade(a.audit_id)
                   and not exists (select from audit_grades g where g.audit_id = a.audit_id and g.graded_by_user <> ''
                                   and g.graded_by_user = app_user())) $$;
--;;
revoke execute on function codes_reasons_again(uuid) from public;
--;;
grant execute on function codes_reasons_again(uuid) to mc_quality_auditor;
--;;
create policy office_reads on record_reasons for select to mc_manager using (true);
--;;
create policy auditors_read on record_reasons for select to mc_quality_auditor using (not codes_reasons_again(interview_id));
--;;
create policy own_work on record_reasons for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = record_reasons.interview_id))
    with check (exists (select from interviews i where i.interview_id = record_reasons.interview_id));
--;;
create policy readers on record_screen_answers for select to mc_manager, mc_quality_auditor using (true);
--;;
create policy own_work on record_screen_answers for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = record_screen_answers.interview_id))
    with check (exists (select from interviews i where i.interview_id = record_screen_answers.interview_id));
--;;
create policy readers on record_entries for select to mc_manager, mc_quality_auditor, mc_exploitation_lead using (true);
--;;
create policy own_work on record_entries for all to mc_interview_worker
    using (exists (select from interviews i where i.interview_id = record_entries.interview_id))
    with check (exists (select from interviews i where i.interview_id = record_entries.interview_id));
--;;
revoke update, delete on interview_records, record_contents, record_reasons, record_screen_answers, record_entries
    from mc_system;
--;;
grant update (interview_id) on interview_records to mc_system;
--;;
-- Actions: whoever works with the child opens and closes them; nobody changes what was asked for.
grant select, insert, update (state, outcome, closed_by, closed_at, version) on interview_actions
    to mc_coordinator, mc_manager, mc_interview_worker;
--;;
grant select on interview_actions to mc_quality_auditor, mc_exploitation_lead;
--;;
create policy office_all on interview_actions for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy readers on interview_actions for select to mc_quality_auditor, mc_exploitation_lead using (true);
--;;
create policy of_own_children on interview_actions for select to mc_interview_worker using (of_own_child(interview_id));
--;;
create policy own_children_change on interview_actions for update to mc_interview_worker
    using (of_own_child(interview_id)) with check (of_own_child(interview_id));
--;;
create policy own_work on interview_actions for insert to mc_interview_worker
    with check (exists (select from interviews i where i.interview_id = interview_actions.interview_id));
--;;
-- Transfers and spot purchases are the office's.
grant select, insert, update (state, answered_for, answer, answer_kept_by, answered_at, version) on interview_transfers
    to mc_coordinator, mc_manager;
--;;
grant select, insert, update (state, decided_by, decided_at, decision_reason, supplier, outcome, cost_pence, closed_by, closed_at, version)
    on spot_purchases to mc_coordinator, mc_manager;
--;;
create policy office_all on interview_transfers for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_all on spot_purchases for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
-- Invitations to visits follow the interview by themselves, whoever changes it: a new time raises the sequence, a visit
-- that is gone or another worker's is cancelled.
grant select on visit_invites to mc_coordinator, mc_manager, mc_interview_worker;
--;;
create policy office_reads on visit_invites for select to mc_coordinator, mc_manager using (true);
--;;
create policy own_rows on visit_invites for select to mc_interview_worker using (worker_id <> '' and worker_id = app_worker());
--;;
create function keep_visit_invite() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp as $$
declare
    stands boolean := new.worker_id <> '' and new.visit_starts_at is not null
                      and (new.closed_at is null or new.state = 'completed');
begin
    update visit_invites set cancelled = true, sequence = sequence + 1, changed_at = new.updated_at
        where interview_id = new.interview_id and not cancelled and not (stands and worker_id = new.worker_id);
    if stands then
        insert into visit_invites as kept (interview_id, worker_id, starts_at, ends_at, changed_at)
            values (new.interview_id, new.worker_id, new.visit_starts_at,
                    coalesce(new.visit_ends_at, new.visit_starts_at + interval '1 hour'), new.updated_at)
            on conflict (interview_id, worker_id) do update
            set starts_at = excluded.starts_at, ends_at = excluded.ends_at, cancelled = false,
                sequence = kept.sequence + 1, changed_at = excluded.changed_at
            where (kept.starts_at, kept.ends_at, kept.cancelled) is distinct from (excluded.starts_at, excluded.ends_at, false);
    end if;
    return null;
end $$;
--;;
create trigger keep_visit_invite_new after insert on interviews for each row
    when (new.visit_starts_at is not null) execute function keep_visit_invite();
--;;
create trigger keep_visit_invite after update on interviews for each row
    when (old.visit_starts_at is not null or new.visit_starts_at is not null) execute function keep_visit_invite();
--;;
-- A worker makes the secret link of their own calendar; the feed, which nobody signs in for, looks its hash up.
grant select, insert, update on calendar_feeds to mc_interview_worker;
--;;
create policy own_row on calendar_feeds for all to mc_interview_worker
    using (worker_id <> '' and worker_id = app_worker()) with check (worker_id <> '' and worker_id = app_worker());
--;;
grant select on calendar_feeds to mc_sign_in;
--;;
create policy sign_in_reads on calendar_feeds for select to mc_sign_in using (true);
