-- Help after interviews: the office keeps referrals and what came of them; what was asked for is never changed.
grant select, insert, update (assessment, state, outcome_on, helped, helped_why, helped_on, changed_by, changed_at, version)
    on support_referrals to mc_coordinator, mc_manager;
--;;
create policy office_all on support_referrals for all to mc_coordinator, mc_manager using (true) with check (true);
