package api

import "accord/pkg/plan"

// Date is a day on the wire. The contract's validation has checked a date that
// came in a request.
type Date = plan.Date
