package archtest

import (
	"strings"
	"testing"

	"accord/pkg/registrytest"
)

// marker is in all that a foreign member may not see, and in nothing else.
const marker = "MARKER"

// plant puts things of member 1, which is public, and of member 2, which is
// not, into every table that has such; member 3 is the one that looks. They are
// put there by hand, since what only the wall is to keep apart need not be what
// the offices would do.
const plant = `
select set_config('accord.change', (select min(id) from change)::text, true);
insert into contact (id, member, name, email) values (gen_random_uuid(), 1, 'MARKER person', 'MARKER@example.org');
insert into figure (id, member, measure, bound, low, currency, confidentiality, source_title, superseded_by, withheld, stated_at) values
    ('00000000-0000-4000-8000-0000000000f1', 1, 'revenue', 'gt', 1, 'CNY', 'confidential', 'MARKER confidential', null, false, now()),
    ('00000000-0000-4000-8000-0000000000f2', 1, 'revenue', 'gt', 1, 'CNY', 'public', 'MARKER withheld', '00000000-0000-4000-8000-0000000000f1', true, now()),
    (gen_random_uuid(), 2, 'revenue', 'gt', 1, 'CNY', 'public', 'MARKER of an applicant', null, false, now());
insert into member_identifier (member, scheme, value) values (2, 'marked', 'MARKER');
insert into member_transition (id, member, to_status, reason) values (gen_random_uuid(), 2, 'in_review', 'MARKER step');
insert into membership_term (member, ordinal, is_open, ended_as, reason) values (2, 1, false, 'withdrawn', 'MARKER term');
insert into signature (id, member, capacity) values ('00000000-0000-4000-8000-0000000000a1', 2, 'signer');
insert into signatory (signature, name, salt) values ('00000000-0000-4000-8000-0000000000a1', 'MARKER signatory', decode(repeat('ab', 32), 'hex'));
insert into cycle (year, opens_on, due_on, grace_ends_on) values (2026, '2026-04-01', '2026-07-31', '2026-12-31');
insert into commitment_draft (id, member, point, title, text, written_at) values (gen_random_uuid(), 1, 1, 'MARKER draft', 'MARKER draft', now());
insert into commitment (id, member, point, title, text, state) values
    ('00000000-0000-4000-8000-0000000000c1', 1, 1, 'MARKER submitted', 'MARKER submitted', 'submitted'),
    ('00000000-0000-4000-8000-0000000000c2', 1, 1, 'registered', 'registered', 'registered'),
    ('00000000-0000-4000-8000-0000000000c3', 2, 1, 'MARKER of an applicant', 'MARKER', 'registered');
insert into commitment_participant (commitment, member, role, state) values
    ('00000000-0000-4000-8000-0000000000c1', 3, 'partner', 'declined'), ('00000000-0000-4000-8000-0000000000c3', 3, 'partner', 'invited');
insert into report_draft (id, commitment, member, cycle, narrative, terms_at, written_at) values
    ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c2', 1, 2026, 'MARKER report draft', 1, now());
insert into report (id, commitment, member, cycle, version, state, narrative, completion, measured, milestones, content_at, submitted_at) values
    ('00000000-0000-4000-8000-0000000000d1', '00000000-0000-4000-8000-0000000000c2', 1, 2026, 1, 'submitted', 'MARKER report', 'limited', '[]', '[]', 1, now());
insert into evidence_draft (id, report, ordinal, cycle, url, title) values
    ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000d1', 1, 2026, 'https://example.org', 'MARKER evidence draft');
insert into evidence (id, report, version, ordinal, cycle, url, title) values
    ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-0000000000d1', 1, 1, 2026, 'https://example.org', 'MARKER evidence');
insert into amendment (id, commitment, member, base, state, class, reason, old_terms, new_terms, proposer, proposed_at) values
    (gen_random_uuid(), '00000000-0000-4000-8000-0000000000c2', 1, 1, 'proposed', 'weakened', 'MARKER amendment', '{}', '{"a": 1}', gen_random_uuid(), now());
insert into proposal (id, kind, state, member, cycle, proposed_at, settled_at, settled_by, reason) values
    (gen_random_uuid(), 'delist', 'dismissed', 1, 2026, now(), now(), gen_random_uuid(), 'MARKER proposal');
insert into activity_draft (id, member, point, kind, title, from_on, organisers, written_at) values
    (gen_random_uuid(), 1, 1, 'event', 'MARKER activity draft', '2026-01-01', '{1}', now());
insert into activity (id, member, state, point, kind, title, from_on, organisers) values
    ('00000000-0000-4000-8000-0000000000b1', 1, 'submitted', 1, 'event', 'MARKER activity', '2026-01-01', '{1,3}'),
    ('00000000-0000-4000-8000-0000000000b2', 2, 'registered', 1, 'event', 'MARKER of an applicant', '2026-01-01', '{2}');
insert into activity_winner (id, activity, name, salt) values
    (gen_random_uuid(), '00000000-0000-4000-8000-0000000000b1', 'MARKER winner', decode(repeat('ab', 32), 'hex'));
insert into change_request (id, member, proposer, proposer_role, reason, evidence, proposed_at) values
    ('00000000-0000-4000-8000-000000000ca1', 1, gen_random_uuid(), 'member', 'MARKER request', '[]', now());
insert into change_request_item (id, request, member, ordinal, kind, subject, new) values
    ('00000000-0000-4000-8000-000000000ca2', '00000000-0000-4000-8000-000000000ca1', 1, 1, 'signature', 'MARKER item', '{}');
insert into change_request_signatory (item, name) values ('00000000-0000-4000-8000-000000000ca2', 'MARKER proposed signatory');
insert into change_request_step (request, ordinal, step, actor, role, at, reason) values
    ('00000000-0000-4000-8000-000000000ca1', 1, 'proposed', gen_random_uuid(), 'member', now(), 'MARKER step');
insert into entry (change, seq, action, content) select min(id), 100, 'sealed', '{}' from change;
insert into sealed (change, seq, kind, subject, member, salt, content) select min(id), 100, 'figure', 'MARKER', 1, decode(repeat('ab', 32), 'hex'), 'MARKER sealed' from change;
insert into idempotency (user_id, route, key, digest, status, kind, subject, at) values (gen_random_uuid(), '/', 'MARKER', '', 201, 'x', 'MARKER', now());
insert into app_user (id, email, email_key, name, role, password, password_at, created_at)
    values (gen_random_uuid(), 'MARKER@example.org', 'MARKER@example.org', 'MARKER person', 'staff', '$argon2id$MARKER', now(), now());`

// plantPast gives each planted row a past of the same content.
const plantPast = `
do $$
declare
    name text;
begin
    for name in select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and to_regclass(c.relname || '_history') is not null loop
        execute format('insert into %I select (select min(id) from change), t.* from %I t', name || '_history', name);
    end loop;
end $$`

// planted makes a register with things in it that member 3 may not see.
func planted(t *testing.T, address string) *registrytest.Register {
	t.Helper()
	r := registrytest.At(t, address)
	r.Member(t, "One")
	r.Applicant(t, marker+" applicant")
	r.Member(t, "Three")
	r.CatchUp(t)
	for _, statements := range []string{plant, plantPast} {
		if err := r.DB.Administer(t.Context(), strings.ReplaceAll(statements, "MARKER", marker)); err != nil {
			t.Fatalf("plant what is not to be seen: %v", err)
		}
	}
	return r
}
