-- What left the service and what was done about a pattern: the lead writes, nobody changes what left; a manager sees
-- that and how, not the words that tell of children.
grant select, insert on disclosures to mc_exploitation_lead;
--;;
grant select, insert, update on disruptions to mc_exploitation_lead;
--;;
grant select (disclosure_id, pattern_id, organisation, recipient, gateway, pieces, held_back, digest, shared_by, shared_at)
    on disclosures to mc_manager;
--;;
grant select (disruption_id, pattern_id, kind, due_on, state, effect, planned_at, closed_at) on disruptions to mc_manager;
--;;
revoke update, delete on disclosures from mc_system;
--;;
create policy lead_all on disclosures for all to mc_exploitation_lead using (true) with check (true);
--;;
create policy manager_reads on disclosures for select to mc_manager using (true);
--;;
create policy lead_all on disruptions for all to mc_exploitation_lead using (true) with check (true);
--;;
create policy manager_reads on disruptions for select to mc_manager using (true);
--;;
-- Whom to call about a link of which one may know only that it exists.
create function leads_to_call() returns table (display_name text)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select u.display_name from users u where u.role = 'exploitation_lead' and u.disabled_at is null order by 1 $$;
--;;
revoke execute on function leads_to_call() from public;
--;;
grant execute on function leads_to_call() to mc_coordinator, mc_manager, mc_interview_worker, mc_exploitation_lead,
    mc_quality_auditor;
--;;
-- Who is told of reports: the office reads the list, a manager keeps it, others keep their own line.
grant select, insert, update on report_readers to mc_coordinator, mc_manager;
--;;
create policy office_reads on report_readers for select to mc_coordinator, mc_manager using (true);
--;;
create policy manager_adds on report_readers for insert to mc_manager with check (true);
--;;
create policy manager_changes on report_readers for update to mc_manager using (true) with check (true);
--;;
create policy own_line_added on report_readers for insert to mc_coordinator with check (user_id::text = app_user());
--;;
create policy own_line_changed on report_readers for update to mc_coordinator
    using (user_id::text = app_user()) with check (user_id::text = app_user());
--;;
-- Targets: a manager sets them anew, and nobody changes what stood before.
grant select on report_targets to mc_coordinator;
--;;
grant select, insert on report_targets to mc_manager;
--;;
revoke update, delete on report_targets from mc_system;
--;;
create policy office_reads on report_targets for select to mc_coordinator using (true);
--;;
create policy manager_all on report_targets for all to mc_manager using (true) with check (true);
