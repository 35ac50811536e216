-- The second wall: what each class of users reaches at all, whatever a
-- statement's WHERE forgets.
--
-- The roles are made before any migration runs (db/roles.go), since they belong
-- to the server. What a role is granted and which rows its policies show
-- is said here, and by later migrations for their own tables: a test fails for
-- a table without a decision (pkg/archtest/wall_test.go).
--
-- accord_public   the public and analysts: what everybody may see, and no writing
-- accord_member   a member's people: that and their own member's rows
-- accord_staff    all of the register, and no accounts
-- accord_keeper   accounts, and nothing of the register but that a member is there
-- accord_counter  the views that statistics are counted over
-- accord_clerk    the sequencer: it numbers the ledger
--
-- The policies do not bind the owner: it migrates, its functions below write
-- history, and pg_dump must see everything. No server works as the owner; its
-- connections start under one of the roles.
--
-- Conditions are written so that indexes stay of use: the actor is asked for
-- once a query (a scalar subquery), and of other tables rows are looked up by
-- key. What a condition looks up is walled itself, so "there is such a member"
-- means one that the asker may know of.

-- +goose Up
grant select on goose_db_version to public;
revoke create on schema public from public;

-- +goose StatementBegin
create function acting_member() returns bigint language sql stable parallel safe as $$
    select nullif(current_setting('accord.member', true), '')::bigint
$$;
-- +goose StatementEnd
comment on function acting_member is 'The member for whom this transaction works, null where it works for none. The setting is empty after the transaction that set it.';

-- +goose StatementBegin
create function acting_user() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('accord.user', true), '')::uuid
$$;
-- +goose StatementEnd
comment on function acting_user is 'The account for which this transaction works, as acting_member.';

-- History is written by this function alone, which no server role could do itself.
alter function stamp() security definer set search_path = pg_catalog, pg_temp;

-- +goose StatementBegin
create function takes_part(of uuid) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from public.commitment_participant p
        join public.commitment c on c.id = p.commitment
        join public.member m on m.number = c.member
        where p.commitment = $1 and p.member = public.acting_member() and p.state <> 'declined' and m.published)
$$;
-- +goose StatementEnd
comment on function takes_part is 'Whether the acting member is invited to the commitment of a published member, and has not declined. The owner''s, since policies that look into one another would never end.';

-- +goose StatementBegin
create function touch_member(member bigint, step integer) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update public.member set seen_own = seen_own + 1, seen_public = seen_public + $2 where number = $1
$$;
-- +goose StatementEnd
comment on function touch_member is 'Notes that what readers are shown of a member changed. The owner''s, since what one member does can change what is shown of another, also of one that is not public yet.';

-- +goose StatementBegin
create function lock_members(numbers bigint[]) returns table (number bigint, status text, published boolean, synthetic boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.status, m.published, m.synthetic from public.member m where m.number = any ($1) order by m.number for share
$$;
-- +goose StatementEnd
comment on function lock_members is 'Locks members against becoming public meanwhile, and tells how they stand. The owner''s, since an activity is written under the locks of all of its organisers, also of those that are not public yet.';

-- +goose StatementBegin
create function activities_of(organiser bigint) returns setof uuid language sql stable security definer set search_path = pg_catalog, pg_temp rows 10 as $$
    select a.id from public.activity a where a.organisers @> array[$1]
$$;
-- +goose StatementEnd
comment on function activities_of is 'The ids of a member''s activities, by their index: under a policy it would not be read, since the operator may tell of rows that it is asked about. Which of them are shown, the policy of activity says.';

-- +goose StatementBegin
create function same_person(several uuid[], one uuid) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from public.app_user a join public.app_user b
            on regexp_replace(lower(a.email), '\+[^@]*@', '@') = regexp_replace(lower(b.email), '\+[^@]*@', '@')
        where a.id = any ($1) and b.id = $2)
$$;
-- +goose StatementEnd
comment on function same_person is 'Whether one of several accounts and another are of one person, whose addresses differ in case, or in what stands behind a plus sign, alone. The owner''s, so that whoever asks need not see addresses.';

create view member_name_found as
    select n.member, n.text, n.ordinal, n.match_key, n.folded, n.grams
    from member_name n
    where exists (select from member m where m.number = n.member and (m.published or m.number = acting_member()));
comment on view member_name_found is 'The names that others than staff search, with the owner''s rights: under a policy the indexes by which names are found would not be read. Its own condition is the wall.';

-- +goose StatementBegin
create function wall(t regclass, shown text, own text default 'false') returns void language plpgsql as $$
begin
    own := replace(own, '$me', '(select acting_member())');
    execute format('alter table %s enable row level security', t);
    execute format('create policy %I on %s for select to accord_public using (%s)', t || '_open', t, shown);
    execute format('create policy %I on %s for select to accord_member using ((%s) or (%s))', t || '_seen', t, shown, own);
    execute format('create policy %I on %s for insert to accord_member with check (%s)', t || '_given', t, own);
    execute format('create policy %I on %s for update to accord_member using ((%s) or (%s)) with check (%s)', t || '_changed', t, shown, own, own);
    execute format('create policy %I on %s for delete to accord_member using (%s)', t || '_dropped', t, own);
    execute format('create policy %I on %s to accord_staff using (true) with check (true)', t || '_staff', t);
end $$;
-- +goose StatementEnd
comment on function wall is 'Builds the wall of a table: everybody sees the rows of which shown holds, a member''s people also those of which own holds ($me is their member), and write those alone. A row that they see may be locked. Staff has all.';
revoke execute on function wall(regclass, text, text) from public;

-- Of these everybody sees all. They are walled so that a member's people can
-- lock a row, to which PostgreSQL wants the right to change it, and change none.
select wall('plan_point', 'true');
select wall('indicator', 'true');
select wall('cycle', 'true');
select wall('ceremony', 'true');
create policy plan_point_counted on plan_point for select to accord_counter using (true);
create policy indicator_counted on indicator for select to accord_counter using (true);
create policy cycle_counted on cycle for select to accord_counter using (true);

-- Members and what describes them.
select wall('member', 'published', 'number = $me');
select wall('member_name', 'exists (select from member m where m.number = member_name.member)');
select wall('member_identifier', 'exists (select from member m where m.number = member_identifier.member)');
select wall('member_transition', 'exists (select from member m where m.number = member_transition.member)');
select wall('membership_term', 'exists (select from member m where m.number = membership_term.member)');
select wall('contact', 'false', 'member = $me');
select wall('signature', 'exists (select from member m where m.number = signature.member)');
select wall('signatory', 'exists (select from signature s where s.id = signatory.signature)');
select wall('alliance_membership', 'exists (select from member m where m.number = alliance_membership.member)');
select wall('figure', 'confidentiality = ''public'' and not withheld and exists (select from member m where m.number = figure.member)', 'member = $me');

-- What they promise and report.
select wall('commitment_draft', 'false', 'member = $me');
select wall('commitment', 'state in (''registered'', ''closed'') and exists (select from member m where m.number = commitment.member)', 'member = $me');
create policy commitment_joint on commitment for select to accord_member using (takes_part(id));
select wall('commitment_participant', 'state = ''accepted'' and exists (select from commitment c where c.id = commitment_participant.commitment)',
    'member = $me or exists (select from commitment c where c.id = commitment_participant.commitment and c.member = $me)');
-- Who promises invites; who is invited answers, and lets nobody in.
alter policy commitment_participant_given on commitment_participant
    with check (exists (select from commitment c where c.id = commitment_participant.commitment and c.member = (select acting_member())));
select wall('report_draft', 'false', 'member = $me');
select wall('report', 'state = ''accepted'' and exists (select from member m where m.number = report.member)', 'member = $me');
select wall('evidence_draft', 'false', 'exists (select from report_draft d where d.id = evidence_draft.report and d.member = $me)');
select wall('evidence', 'exists (select from report r where r.id = evidence.report and r.state = ''accepted'')',
    'exists (select from report r where r.id = evidence.report and r.member = $me)');
select wall('amendment', 'state = ''approved'' and exists (select from member m where m.number = amendment.member)', 'member = $me');
select wall('proposal', 'false');

-- What they do.
select wall('activity_draft', 'false', 'member = $me');
select wall('activity', 'state in (''registered'', ''withdrawn'') and exists (select from member m where m.number = any (activity.organisers) and m.published)',
    'member = $me or state in (''registered'', ''withdrawn'') and $me = any (organisers)');
select wall('activity_winner', 'exists (select from activity a where a.id = activity_winner.activity)',
    'exists (select from activity a where a.id = activity_winner.activity and a.member = $me)');
select wall('activity_commitment', 'exists (select from activity a where a.id = activity_commitment.activity)
    and exists (select from commitment c where c.id = activity_commitment.commitment)',
    'exists (select from commitment c where c.id = activity_commitment.commitment and c.member = $me)');

-- The past of all that. What was is shown to staff and to the member whose it
-- was, for the answer to a request that is repeated; to others by the ledger.
select wall('member_history', 'false', 'number = $me');
select wall('member_name_history', 'false', 'member = $me');
select wall('member_identifier_history', 'false', 'member = $me');
select wall('membership_term_history', 'false', 'member = $me');
select wall('signature_history', 'false', 'member = $me');
select wall('alliance_membership_history', 'false', 'member = $me');
select wall('figure_history', 'false', 'member = $me');
select wall('commitment_history', 'false', 'member = $me');
select wall('commitment_participant_history', 'false',
    'member = $me or exists (select from commitment c where c.id = commitment_participant_history.commitment and c.member = $me)');
select wall('report_history', 'false', 'member = $me');
select wall('evidence_history', 'false', 'exists (select from report r where r.id = evidence_history.report and r.member = $me)');
select wall('amendment_history', 'false', 'member = $me');
select wall('activity_history', 'false', 'member = $me or state in (''registered'', ''withdrawn'') and $me = any (organisers)');
select wall('activity_commitment_history', 'false',
    'exists (select from commitment c where c.id = activity_commitment_history.commitment and c.member = $me)');

-- What is proposed to change.
select wall('change_request', 'false', 'member = $me');
select wall('change_request_item', 'false', 'member = $me');
select wall('change_request_signatory', 'false', 'exists (select from change_request_item i where i.id = change_request_signatory.item and i.member = $me)');
select wall('change_request_step', 'false', 'exists (select from change_request r where r.id = change_request_step.request and r.member = $me)');

-- What sealed entries seal. Whoever does something writes what it seals, also about another's.
select wall('sealed', 'false', 'member = $me');
create policy sealed_by_others on sealed for insert to accord_member with check (true);
select wall('idempotency', 'false', 'user_id = (select acting_user())');

-- Who stands behind a change, staff is told: an account's id and name, no more.
alter table app_user enable row level security;
create policy app_user_keeper on app_user to accord_keeper using (true) with check (true);
create policy app_user_staff on app_user for select to accord_staff using (true);
grant select (id, name) on app_user to accord_public, accord_member, accord_staff;

-- The views that show what is shown look with the asker's eyes.
alter view figure_seen set (security_invoker = true);
alter view commitment_seen set (security_invoker = true);
alter view report_seen set (security_invoker = true);
alter view amendment_seen set (security_invoker = true);
alter view activity_seen set (security_invoker = true);
alter view change_position set (security_invoker = true);

-- A member that has declined may know that it did, and no more of the commitment:
-- so this one is the owner's, and its own condition is the wall.
create or replace view commitment_participant_seen as
    select p.commitment, p.member, p.version, p.change, p.role, p.state, c.member as owner, m.published as owner_published,
        (m.published and c.state in ('registered', 'closed') and p.state = 'accepted') as is_open
    from commitment_participant p join commitment c on c.id = p.commitment join member m on m.number = c.member
    where current_setting('role') not in ('accord_public', 'accord_member')
        or m.published and c.state in ('registered', 'closed') and p.state = 'accepted'
        or c.member = (select acting_member()) or p.member = (select acting_member()) and m.published;

-- Reading. What is not walled above is for everybody: the plan, its
-- indicators and cycles, ceremonies, alliances, and the ledger's entries, which
-- hold only what anybody may see.
grant select on plan, plan_point, indicator, cycle, ceremony, alliance, change, entry, position, pending, change_position,
    member, member_name, member_identifier, member_transition, membership_term, contact, signature, alliance_membership, figure,
    commitment_draft, commitment, commitment_participant, report_draft, report, evidence_draft, evidence, amendment,
    activity_draft, activity, activity_commitment,
    figure_seen, commitment_seen, commitment_participant_seen, report_seen, amendment_seen, activity_seen
    to accord_public, accord_member, accord_staff;
grant select (signature, change, name, title) on signatory to accord_public, accord_member;
grant select (id, activity, change, name) on activity_winner to accord_public;
grant select (change, seq, kind, subject, member, content) on sealed to accord_public, accord_member;
grant select on member_name_found to accord_public, accord_member;
grant select on signatory, sealed, proposal, seeding to accord_staff;
grant select on evidence_blob, activity_winner, idempotency, change_request, change_request_item, change_request_signatory, change_request_step to accord_member, accord_staff;
grant select on plan_history, plan_point_history, indicator_history, cycle_history, ceremony_history, alliance_history,
    member_history, member_name_history, member_identifier_history, membership_term_history, signature_history, alliance_membership_history,
    figure_history, commitment_history, commitment_participant_history, report_history, evidence_history, amendment_history,
    activity_history, activity_commitment_history
    to accord_member, accord_staff;

-- Writing. What nobody takes back nobody may delete.
grant insert on change, entry, sealed, pending to accord_member, accord_staff;
grant usage on sequence change_id, change_ord to accord_member, accord_staff;
grant update on member, plan_point, indicator, cycle, ceremony to accord_member;
grant insert, update, delete on contact, commitment_draft, evidence_draft, evidence, activity_draft to accord_member, accord_staff;
grant insert, delete on change_request_signatory to accord_member, accord_staff;
grant insert on change_request_step to accord_member, accord_staff;
grant insert, update on change_request, change_request_item, commitment, commitment_participant, report_draft, report, evidence_blob, activity, amendment, idempotency
    to accord_member, accord_staff;
grant insert, delete on activity_commitment to accord_member, accord_staff;
grant insert on activity_winner to accord_member, accord_staff;
grant delete on evidence_blob to accord_staff;
grant insert, update, delete on member_name, member_identifier to accord_staff;
grant insert, update on plan, plan_point, indicator, cycle, ceremony, alliance, member, membership_term, signature, figure,
    alliance_membership, proposal
    to accord_staff;
grant insert on signatory, member_transition, seeding to accord_staff;
grant usage on sequence member_number, ceremony_id, alliance_id to accord_staff;

-- Accounts, the letters to people, whose text holds a secret link, and the record
-- of what was done to accounts.
grant select, insert, update, delete on app_user, session, refresh_token, sign_in_attempt, familiar_address, setup_link, signing_key,
    server_secret, invitation, requested_link, account_link, api_token, totp_factor, recovery_code, pending_sign_in, passkey, passkey_ceremony,
    directory_identity, directory_round, mail, idempotency
    to accord_keeper;
grant select, insert, delete on audit_event to accord_keeper;
create policy idempotency_keeper on idempotency to accord_keeper using (true) with check (true);
create policy member_keeper on member for select to accord_keeper using (true);
grant select (number, name, status) on member to accord_keeper;

-- The sequencer.
grant select on pending, entry, position to accord_clerk;
grant insert on position to accord_clerk;
grant delete on pending to accord_clerk;

-- Statistics are counted over views that are the owner's, and the same for
-- whoever asks: under a policy a sum would be of what the asker sees, and say
-- nothing of it.
grant select on member_known, signature_known, alliance_membership_known, figure_known, commitment_known, commitment_version_known,
    standing_known, cycle_known, report_known, value_known, activity_known, position, pending, plan_point, indicator, cycle
    to accord_counter;
create or replace view member_known as
    select m.number, m.published, m.status, m.kind, m.country, m.sector, m.synthetic, m.name
    from member m
    where m.published and m.change not in (select change from pending)
    union all
    select h.number, h.published, h.status, h.kind, h.country, h.sector, h.synthetic, h.name
    from pending e join member_history h on h.ended_by = e.change
    where h.published and h.change not in (select change from pending);
comment on view member_known is 'Members as known at the last position: what is counted of them. None is here that was not published then.';
-- The matrix pages through members by their index, past a view.
create policy member_counted on member for select to accord_counter using (published);
create policy member_history_counted on member_history for select to accord_counter using (published);
grant select (number, name, published, status, kind, country, sector, synthetic, change) on member to accord_counter;
grant select (number, name, published, status, kind, country, sector, synthetic, change, ended_by) on member_history to accord_counter;

-- +goose Down
-- +goose StatementBegin
do $$
declare
    made record;
begin
    for made in select policyname, tablename from pg_policies where schemaname = 'public' loop
        execute format('drop policy %I on %I', made.policyname, made.tablename);
        execute format('alter table %I disable row level security', made.tablename);
    end loop;
    revoke all on all tables in schema public from accord_public, accord_member, accord_staff, accord_keeper, accord_counter, accord_clerk;
    revoke all on all sequences in schema public from accord_public, accord_member, accord_staff, accord_keeper, accord_counter, accord_clerk;
end $$;
-- +goose StatementEnd
create or replace view commitment_participant_seen as
    select p.commitment, p.member, p.version, p.change, p.role, p.state, c.member as owner, c.published as owner_published,
        (c.is_open and p.state = 'accepted') as is_open
    from commitment_participant p join commitment_seen c on c.id = p.commitment;
create or replace view member_known as
    select m.number, m.published, m.status, m.kind, m.country, m.sector, m.synthetic, m.name
    from member m
    where m.change not in (select change from pending)
    union all
    select h.number, h.published, h.status, h.kind, h.country, h.sector, h.synthetic, h.name
    from pending e join member_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view member_known is 'Members as known at the last position: what is counted of them, published or not.';
drop function wall, same_person, activities_of, lock_members, touch_member, takes_part;
drop view member_name_found;
drop function acting_user, acting_member;
alter function stamp() security invoker reset all;
alter view figure_seen reset (security_invoker);
alter view commitment_seen reset (security_invoker);
alter view report_seen reset (security_invoker);
alter view amendment_seen reset (security_invoker);
alter view activity_seen reset (security_invoker);
alter view change_position reset (security_invoker);
