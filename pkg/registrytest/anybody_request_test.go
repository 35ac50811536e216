package registrytest

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/request"
)

const allRequests = `select id, member, state from change_request order by id`

// requestSteps are what anybody can try with change requests. A member's may be
// rebased and withdrawn by its approver, and staff's by staff, as the request has it.
func (c *crowd) requestSteps() map[string]attempt {
	return map[string]attempt{
		"request change": {persons, func(ctx context.Context) (ident.Member, error) {
			number := pickOf(c, c.members)
			draft := request.Draft{Member: member.Patch{Founded: nullable.NewNullableWithValue(2000 + c.draw.IntN(4))}, Reason: "r"}
			if c.draw.IntN(2) == 0 {
				draft.Figures = []request.FigureDraft{{Draft: figure.Draft{Measure: pickOf(c, figure.Measures()), Bound: "exact", Low: "1", Currency: "CNY"}}}
			}
			_, err := c.Requests.Propose(ctx, number, draft)
			return number, err
		}},
		"decide request": about(c, clerks, allRequests, "open", func(ctx context.Context, id ident.Request) error {
			_, err := c.Requests.Decide(ctx, id, c.stale(), request.Ruling{Decisions: []request.Decision{
				{Item: 1 + c.draw.IntN(2), Verdict: pickOf(c, []request.Verdict{request.Accept, request.Accept, request.Reject}), Reason: "r"},
			}})
			return err
		}),
		"return request": about(c, clerks, allRequests, "open", func(ctx context.Context, id ident.Request) error {
			_, err := c.Requests.Return(ctx, id, c.stale(), "r")
			return err
		}),
		"rebase request": about(c, persons, allRequests, "returned", func(ctx context.Context, id ident.Request) error {
			_, err := c.Requests.Rebase(ctx, id, c.stale())
			return err
		}),
		"withdraw request": about(c, persons, allRequests, "open", func(ctx context.Context, id ident.Request) error {
			_, err := c.Requests.Withdraw(ctx, id, c.stale())
			return err
		}),
		"amend what is vouched for": {office, func(ctx context.Context) (ident.Member, error) {
			number := pickOf(c, c.members)
			_, err := c.Members.Amend(ctx, number, c.Version(c.t, number), member.Patch{Founded: nullable.NewNullableWithValue(2000 + c.draw.IntN(4))})
			return number, err
		}},
	}
}
