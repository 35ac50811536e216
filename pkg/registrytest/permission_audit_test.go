package registrytest

import (
	"context"
	"testing"

	"accord/pkg/audit"
)

// auditProbes are the cases of the audit record.
func auditProbes() map[string]accountProbe {
	return map[string]accountProbe{
		"Audit.Events": {signs: "++f ff ff fuu", make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error {
				_, err := w.Audit.Events(ctx, audit.Query{Limit: 1})
				return err
			}
		}},
		"Audit.Flush": {signs: systemAlone, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { return w.Audit.Flush(ctx, true) }
		}},
		"Audit.Sweep": {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Audit.Sweep }},
	}
}
