package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/lib/pq"

	"accord/pkg/fault"
)

// refusals maps SQLSTATE to the kind and code of a fault. A class of two
// characters stands for all of its codes that are not listed themselves.
var refusals = map[string]struct {
	kind fault.Kind
	code string
}{
	"23505": {fault.Conflict, "already_exists"},
	"23P01": {fault.Conflict, "overlap"},
	"23503": {fault.Invalid, "unknown_reference"},
	"23514": {fault.Invalid, "rule_broken"},
	"23502": {fault.Invalid, "required"},
	"22021": {fault.Malformed, "invalid_characters"},
	"22P05": {fault.Malformed, "invalid_characters"},
	"22003": {fault.Invalid, "out_of_range"},
	"22008": {fault.Invalid, "out_of_range"},
	"22001": {fault.Invalid, "too_long"},
	"25006": {fault.Unavailable, "read_only"},
	"40001": {fault.Unavailable, "busy"},
	"40P01": {fault.Unavailable, "busy"},
	"55P03": {fault.Unavailable, "busy"},
	"57014": {fault.Unavailable, "timeout"},
	"57P01": {fault.Unavailable, "unavailable"},
	"57P02": {fault.Unavailable, "unavailable"},
	"57P03": {fault.Unavailable, "unavailable"},
	"08":    {fault.Unavailable, "unavailable"},
	"53":    {fault.Unavailable, "unavailable"},
}

// translate turns what the driver says into a fault; an error that is not
// known stays what it is, an accident.
func translate(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*fault.Error](err); known && ctx.Err() == nil {
		return err // the wall's, of a connection
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found")
	}
	if ctx.Err() != nil { // the driver reports a cancelled statement as SQLSTATE 57014
		return fault.Wrap(fault.Unavailable, "timeout", errors.Join(ctx.Err(), err))
	}
	if refused, ok := errors.AsType[*pq.Error](err); ok {
		found, ok := refusals[string(refused.Code)]
		if !ok {
			found, ok = refusals[string(refused.Code.Class())]
		}
		if !ok {
			return err
		}
		return &fault.Error{Kind: found.kind, Code: found.code, Constraint: refused.Constraint, Err: err}
	}
	if broken(err) {
		return fault.Wrap(fault.Unavailable, "unavailable", err)
	}
	return err
}

// translateCommit is translate for COMMIT: a connection that broke on the way
// leaves it open whether the change was kept.
func translateCommit(ctx context.Context, err error) error {
	if broken(err) {
		return fault.Wrap(fault.Unavailable, "outcome_unknown", err)
	}
	return translate(context.WithoutCancel(ctx), err)
}

func broken(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, sql.ErrConnDone)
}

// repeatable tells whether the transaction lost to another one and may win when run again.
func repeatable(err error) bool {
	if errors.Is(err, errClaimRace) {
		return true
	}
	refused, ok := errors.AsType[*pq.Error](err)
	return ok && (refused.Code == "40001" || refused.Code == "40P01")
}
