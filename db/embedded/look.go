//go:build unix

package embedded

import (
	"context"
	"fmt"
)

// Sight is what there is to see of a data folder's private PostgreSQL.
type Sight struct {
	Home    string  // the folder of the cluster
	Made    bool    // there is a cluster
	Running bool    // its server lives
	Holder  *Holder // the process that serves the folder, if one does
}

// Look looks at a data folder without changing anything. It refuses with
// *Trouble when the folder is another user's.
func Look(ctx context.Context, data string) (Sight, error) {
	p, err := find(data)
	if err != nil {
		return Sight{}, fmt.Errorf("look at data folder %s: %w", data, err)
	}
	sight := Sight{Home: p.home, Made: p.made()}
	if !sight.Made {
		return sight, nil
	}
	holder, err := p.open("serve.lock")
	if err != nil {
		return sight, err
	}
	defer holder.release()
	free, err := holder.patient(exclusive)
	if err != nil {
		return sight, err
	}
	if !free {
		h := holder.holder()
		sight.Holder = &h
	}
	err = p.gated(ctx, func() error {
		now, err := p.state()
		sight.Running = now != dead
		return err
	})
	return sight, err
}

// Binaries gives the PostgreSQL server that would run the data folder's
// cluster, or make a new one. It refuses with *Trouble when there is none.
func (c Config) Binaries() (Binaries, error) {
	p, err := find(c.Data)
	if err != nil {
		return Binaries{}, err
	}
	return p.binaries(c.Bin)
}
