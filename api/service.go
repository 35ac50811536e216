package api

import "net/http"

// Whether the server is well, and what it is. These need no credential and
// look at none: whoever watches over the server has no account.

func (d *Door) readHealth(r *request) error {
	return r.secret(http.StatusOK, Health{Status: HealthStatusOk})
}

func (d *Door) readReadiness(r *request) error {
	if err := d.ready(r.ctx); err != nil {
		return err
	}
	return r.secret(http.StatusOK, Health{Status: HealthStatusOk})
}

func (d *Door) readVersion(r *request) error { return r.secret(http.StatusOK, d.version) }
