package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) readReview(r *request) error {
	id, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	report, err := d.offices.Reports.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.showReview(report)
}

// showReview answers with what was said of the report, under the report's version.
func (r *request) showReview(report commitment.Report) error {
	if report.Review == nil {
		return fault.New(fault.NotFound, "not_found")
	}
	return r.show(r.reportTag(report), reviewOf(*report.Review))
}

func (d *Door) reviewReport(r *request) error {
	body, err := bind(r, func(b NewReview) fault.Fields { return verdict(b).Check() })
	if err != nil {
		return err
	}
	return d.stepReport(r, func(id ident.Report, expected int64) (commitment.Report, error) {
		return d.offices.Reports.Review(r.ctx, id, expected, verdict(body))
	})
}

func verdict(b NewReview) commitment.Verdict {
	return commitment.Verdict{Decision: commitment.Decision(b.Decision), Reason: b.Reason, Completion: commitment.Completion(b.Completion)}
}

func (d *Door) agreeReview(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepReport(r, func(id ident.Report, expected int64) (commitment.Report, error) {
		return d.offices.Reports.Agree(r.ctx, id, expected)
	})
}

func (d *Door) replyToReview(r *request) error {
	id, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b Reply) fault.Fields { return commitment.CheckReply(b.Text) })
	if err != nil {
		return err
	}
	report, err := d.offices.Reports.Reply(r.ctx, id, expected, body.Text)
	if err != nil {
		return err
	}
	return r.showReview(report)
}
