-- Earlier records: brought over by the system alone; the office reads what they say and how each import balanced.
grant select on past_episodes, past_interviews, history_imports to mc_coordinator, mc_manager;
--;;
create policy office_reads on past_episodes for select to mc_coordinator, mc_manager using (true);
--;;
create policy office_reads on past_interviews for select to mc_coordinator, mc_manager using (true);
--;;
create policy office_reads on history_imports for select to mc_coordinator, mc_manager using (true);
--;;
revoke update, delete on history_imports from mc_system;
