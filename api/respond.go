package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// show answers a read, or an amendment, with a body under its ETag; a reader
// who holds it already gets 304.
func (r *request) show(tag string, body any) error {
	if r.fresh(tag) {
		return nil
	}
	return r.write(http.StatusOK, tag, body)
}

// fresh answers 304 and tells so, if this is a read and the reader holds the tag.
func (r *request) fresh(tag string) bool {
	method := r.gin.Request.Method
	if method != http.MethodGet && method != http.MethodHead || !r.holds(tag) {
		return false
	}
	r.common(tag)
	r.gin.Writer.Header().Del("Link") // the reader holds it with the page
	r.gin.Status(http.StatusNotModified)
	r.gin.Writer.WriteHeaderNow()
	return true
}

// list answers a read whose ETag is made from its bytes.
func (r *request) list(body any) error {
	buf, err := r.encode(body)
	if err != nil {
		return err
	}
	defer r.door.release(buf)
	tag := bodyTag(buf.Bytes())
	if r.fresh(tag) {
		return nil
	}
	return r.send(http.StatusOK, tag, buf.Bytes())
}

// versioned answers a read, or an amendment, of which the ETag is made from its
// bytes, with the version inside that If-Match compares.
func (r *request) versioned(version int64, body any) error {
	buf, err := r.encode(body)
	if err != nil {
		return err
	}
	defer r.door.release(buf)
	tag := `"` + strconv.FormatInt(version, 10) + "-" + bodyTag(buf.Bytes())[1:]
	if r.fresh(tag) {
		return nil
	}
	return r.send(http.StatusOK, tag, buf.Bytes())
}

// created answers 201 with the thing made and where it can be read.
func (r *request) created(location, tag string, body any) error {
	r.gin.Writer.Header()["Location"] = []string{location}
	return r.write(http.StatusCreated, tag, body)
}

// secret answers with what must not be kept anywhere on the way.
func (r *request) secret(status int, body any) error {
	buf, err := r.encode(body)
	if err != nil {
		return err
	}
	defer r.door.release(buf)
	header := r.gin.Writer.Header()
	header.Set("Cache-Control", "no-store")
	header["Content-Type"] = jsonType
	return r.bytes(status, buf.Bytes())
}

// nothing answers 204.
func (r *request) nothing() error { return r.empty(http.StatusNoContent) }

// empty answers with a status alone.
func (r *request) empty(status int) error {
	r.gin.Writer.Header().Set("Cache-Control", "no-store")
	r.gin.Status(status)
	r.gin.Writer.WriteHeaderNow()
	return nil
}

// redirect answers 307.
func (r *request) redirect(location string) error {
	r.common("")
	r.gin.Writer.Header()["Location"] = []string{location}
	r.gin.Status(http.StatusTemporaryRedirect)
	r.gin.Writer.WriteHeaderNow()
	return nil
}

func (r *request) write(status int, tag string, body any) error {
	buf, err := r.encode(body)
	if err != nil {
		return err
	}
	defer r.door.release(buf)
	return r.send(status, tag, buf.Bytes())
}

// Header values that many answers share. They are never appended to.
var (
	jsonType     = []string{"application/json"}
	vary         = []string{"Accept-Language, Authorization"}
	cachePublic  = []string{"public, no-cache"}
	cachePrivate = []string{"private, no-cache"}
)

// common sets what reads and changes have in common. Anything may be kept, but
// must be asked for again before it is shown again; what was made for somebody
// with an account is kept by nobody else.
func (r *request) common(tag string) {
	header := r.gin.Writer.Header()
	if tag != "" {
		header["Etag"] = []string{tag}
	}
	header["Vary"] = vary
	header["Cache-Control"] = cachePublic
	if r.actor().User != "" {
		header["Cache-Control"] = cachePrivate
	}
}

func (r *request) send(status int, tag string, body []byte) error {
	r.common(tag)
	r.gin.Writer.Header()["Content-Type"] = jsonType
	return r.bytes(status, body)
}

func (r *request) bytes(status int, body []byte) error {
	r.gin.Writer.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	r.gin.Status(status)
	if _, err := r.gin.Writer.Write(body); err != nil {
		return fmt.Errorf("send the answer: %w", err)
	}
	return nil
}

// encode writes the body into a buffer, so that an error is found before the
// first byte is sent.
func (r *request) encode(body any) (*bytes.Buffer, error) {
	buf := r.door.buffer()
	encoder := json.NewEncoder(buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		r.door.release(buf)
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return buf, nil
}
