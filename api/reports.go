package api

import (
	"context"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) startReport(r *request) error {
	return d.newReport(r, d.offices.Reports.Start)
}

func (d *Door) attestCommitment(r *request) error {
	return d.newReport(r, d.offices.Reports.Attest)
}

func (d *Door) newReport(r *request, start func(context.Context, ident.Commitment, int) (commitment.Report, error)) error {
	of, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	body, err := bind[NewReport](r, nil)
	if err != nil {
		return err
	}
	report, err := start(r.ctx, of, body.Cycle)
	if report, err = d.reportMade(r, report, err); err != nil {
		return err
	}
	return r.created("/api/v1/reports/"+string(report.ID), r.reportTag(report), reportOf(report))
}

// reportMade gives the report, or the one that the same key made before, as it
// was then.
func (d *Door) reportMade(r *request, report commitment.Report, err error) (commitment.Report, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Reports.Original(r.ctx, ident.Report(again.Subject), again.Change)
	}
	return report, err
}

func (r *request) reportTag(report commitment.Report) string {
	return r.tag(report.Version, r.actor().Audience(report.Member))
}

func (d *Door) readReport(r *request) error {
	id, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	report, err := d.offices.Reports.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.reportTag(report), reportOf(report))
}

func (d *Door) amendReport(r *request) error {
	id, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b ReportPatch) fault.Fields { return reportPatch(b).Check() })
	if err != nil {
		return err
	}
	report, err := d.offices.Reports.Amend(r.ctx, id, expected, reportPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.reportTag(report), reportOf(report))
}

func (d *Door) submitReport(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepReport(r, func(id ident.Report, expected int64) (commitment.Report, error) {
		return d.offices.Reports.Submit(r.ctx, id, expected)
	})
}

// stepReport answers a step in a report's life, of which the body was read.
func (d *Door) stepReport(r *request, step func(id ident.Report, expected int64) (commitment.Report, error)) error {
	id, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	report, err := step(id, expected)
	if report, err = d.reportMade(r, report, err); err != nil {
		return err
	}
	return r.show(r.reportTag(report), reportOf(report))
}

func (d *Door) listReports(r *request) error {
	of, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	return d.pageOfReports(r, func(after *commitment.ReportKey, limit int) ([]commitment.Report, error) {
		return d.offices.Reports.List(r.ctx, of, after, limit)
	})
}

func (d *Door) listMemberReports(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	return d.pageOfReports(r, func(after *commitment.ReportKey, limit int) ([]commitment.Report, error) {
		return d.offices.Reports.ListOf(r.ctx, number, after, limit)
	})
}

func (d *Door) pageOfReports(r *request, list func(after *commitment.ReportKey, limit int) ([]commitment.Report, error)) error {
	place, err := after[commitment.ReportKey](r)
	if err != nil {
		return err
	}
	reports, err := list(place, r.limit()+1)
	if err != nil {
		return err
	}
	reports, cursor, err := turn(r, reports, commitment.Report.Key)
	if err != nil {
		return err
	}
	return r.list(ReportList{Items: each(reports, lineOf), NextCursor: cursor})
}
