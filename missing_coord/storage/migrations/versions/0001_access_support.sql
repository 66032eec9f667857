-- Help after interviews: the office keeps referrals and what came of them; what was asked for is never changed.
grant select, insert, update (assessment, state, outcome_on, helped, helped_why, helped_on, changed_by, changed_at, version)
    on support_referrals to mc_coordinator, mc_manager;
--;;
create policy office_all on support_referrals for all to mc_coordinator, mc_manager using (true) with check (true);
--;;
-- The exit survey: the office makes links and types paper answers in; whoever has a link uses it once. Nobody reads an
-- answer: counts of quarters that are over are all that there is, and of no child, link or time anything is kept.
grant insert on survey_links, survey_answers to mc_coordinator, mc_manager;
--;;
create policy office_makes on survey_links for insert to mc_coordinator, mc_manager with check (true);
--;;
create policy office_types on survey_answers for insert to mc_coordinator, mc_manager with check (way = 'paper');
--;;
grant select, delete on survey_links to mc_sign_in;
--;;
grant insert on survey_answers to mc_sign_in;
--;;
create policy used_once on survey_links for all to mc_sign_in using (true);
--;;
create policy link_answers on survey_answers for insert to mc_sign_in with check (way = 'link');
--;;
revoke update, delete on survey_answers from mc_system;
--;;
create function survey_counts(before text) returns table (quarter text, question text, answer text, answers bigint)
    language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select a.quarter, q.question, q.answer, count(*) from survey_answers a
    cross join lateral (values ('listened', a.listened), ('explained', a.explained), ('good_time', a.good_time),
                               ('safer', a.safer), ('again', a.again)) q(question, answer)
    where a.quarter < before and a.quarter < to_char(now() at time zone 'Europe/London', 'YYYY-"Q"Q')
    group by 1, 2, 3 $$;
--;;
revoke execute on function survey_counts(text) from public;
--;;
grant execute on function survey_counts(text) to mc_coordinator, mc_manager;
