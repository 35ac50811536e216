// Package api is the JSON door: it turns requests into calls of the offices,
// and what they give into answers, as openapi.yaml says.
//
// The contract is the law. It is read once at the start; every route names its
// operation in it, and whatever it says of a request is checked before a
// handler runs. Handlers decode, call one office, encode, and return errors as
// they are: the server tells them.
package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/account"
	"accord/pkg/alliance"
	"accord/pkg/audit"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/ledger"
	"accord/pkg/member"
	requests "accord/pkg/request"
	"accord/pkg/statistics"
)

// Offices are where the door takes its requests.
type Offices struct {
	Accounts    *account.Service
	Activities  *commitment.Activities
	Alliances   *alliance.Service
	Amendments  *commitment.Amendments
	Audit       *audit.Service
	Changes     *ledger.Reader
	Commitments *commitment.Service
	Cycles      *commitment.Cycles
	Evidence    *commitment.EvidenceRoom
	Figures     *figure.Service
	Members     *member.Service
	Plans       *commitment.Plans
	Proposals   *commitment.Proposals
	Reports     *commitment.Reports
	Requests    *requests.Service
	Statistics  *statistics.Service
}

// Options is what a door is made of.
type Options struct {
	Offices   Offices
	CursorKey []byte                      // 32 bytes, the same in every server process
	Ready     func(context.Context) error // refuses while requests should not come
	Now       func() time.Time
	Version   Version
}

// Door answers the routes of the contract.
type Door struct {
	offices  Offices
	contract *contract
	cursors  sealer
	ready    func(context.Context) error
	now      func() time.Time
	version  Version
	pages    map[string]page
	buffers  sync.Pool // of *bytes.Buffer, for answers
}

// New makes the door. It refuses a contract that it cannot follow: a route
// that is not in it, and a key of the wrong size.
func New(o Options) (*Door, error) {
	c, err := readContract()
	if err != nil {
		return nil, err
	}
	d := &Door{offices: o.Offices, contract: c, ready: o.Ready, now: o.Now, version: o.Version}
	d.buffers.New = func() any { return new(bytes.Buffer) }
	if d.cursors, err = newSealer(o.CursorKey); err != nil {
		return nil, err
	}
	if d.pages, err = readPages(); err != nil {
		return nil, err
	}
	for _, line := range d.routes() {
		op, ok := c.operations[line.operation]
		if !ok || op.method != line.method || op.path != line.path {
			return nil, fmt.Errorf("route %s %s: the contract has no such operation %s", line.method, line.path, line.operation)
		}
	}
	return d, nil
}

// Mount adds the door's routes, with HEAD wherever there is GET: those of the
// service to open, which looks at no credentials, all others to register.
func (d *Door) Mount(open, register gin.IRouter) {
	for _, line := range d.routes() {
		to := register
		if !strings.HasPrefix(line.path, "/api/") {
			to = open
		}
		handle := d.adapt(&line, d.contract.operations[line.operation])
		path := strings.NewReplacer("{", ":", "}", "").Replace(line.path)
		to.Handle(line.method, path, handle)
		if line.method == http.MethodGet {
			to.Handle(http.MethodHead, path, handle)
		}
	}
}

// keptBuffer is the largest buffer that is kept for the next answer.
const keptBuffer = 256 << 10

func (d *Door) buffer() *bytes.Buffer {
	buf, ok := d.buffers.Get().(*bytes.Buffer)
	if !ok {
		buf = new(bytes.Buffer)
	}
	buf.Reset()
	return buf
}

func (d *Door) release(buf *bytes.Buffer) {
	if buf.Cap() <= keptBuffer {
		d.buffers.Put(buf)
	}
}
