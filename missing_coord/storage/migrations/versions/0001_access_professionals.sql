-- Professionals outside: the office sees what they are told and writes down what they answer; managers keep addresses.
grant select on professional_alerts, professional_contacts, strategy_decisions to mc_coordinator, mc_manager;
--;;
grant update (how, who, note, closed_by, closed_at) on professional_alerts to mc_coordinator, mc_manager;
--;;
grant insert, update on professional_contacts to mc_coordinator, mc_manager;
--;;
create policy office_all on professional_alerts for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_all on professional_contacts for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
create policy office_reads on strategy_decisions for select to mc_coordinator, mc_manager using (true);
