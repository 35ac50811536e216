package api

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"accord/pkg/fault"
)

// The media types that bodies come in.
const (
	mediaJSON  = "application/json"
	mediaPatch = "application/merge-patch+json"
)

// bind reads the body of the request into a wire type, as the contract says.
//
// When the shape of the body is at fault, check looks at what is left of it
// once the faulty parts are taken out, so that the caller learns of all faults
// at once; of a sound body the office checks everything itself, and check is
// not called. It may be nil.
//
// It refuses with MediaType, TooLarge and Malformed for what cannot be read,
// and with Invalid for what can.
func bind[T any](r *request, check func(T) fault.Fields) (T, error) {
	var body T
	doc, err := r.readBody()
	if err != nil {
		return body, err
	}
	faults := validate(r.op.body, doc.tree)
	for _, f := range doc.faults {
		if len(faults) < mostFaults && !faults.At(f.Pointer) {
			faults = append(faults, f)
		}
	}
	if len(faults) == 0 {
		if err := json.Unmarshal(doc.raw, &body); err != nil {
			return body, fault.Wrap(fault.Malformed, "body_malformed", err)
		}
		return body, r.claim(doc.tree)
	}
	prune(doc.tree, faults)
	if check != nil && len(faults) < mostFaults && remainder(doc.tree, &body) == nil {
		shape := faults
		for _, f := range check(body) {
			if len(faults) < mostFaults && !shape.At(f.Pointer) {
				faults = append(faults, f)
			}
		}
	}
	var none T
	return none, faults.Err()
}

// bindNothing makes sure that a request without a body has none; an empty
// object is taken, since many clients cannot leave it out.
func bindNothing(r *request) error {
	raw, err := r.readAll()
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(string(raw)); text != "" && text != "{}" {
		return fault.New(fault.Malformed, "body_not_taken")
	}
	return r.claim(nil)
}

func (r *request) readBody() (document, error) {
	if err := r.checkMedia(); err != nil {
		return document{}, err
	}
	raw, err := r.readAll()
	if err != nil {
		return document{}, err
	}
	return readStrict(raw)
}

// checkMedia refuses bodies in other formats and encodings than the operation takes.
func (r *request) checkMedia() error {
	header := r.gin.Request.Header
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return fault.New(fault.MediaType, "content_encoding")
	}
	given := header.Get("Content-Type")
	if given == mediaJSON {
		return nil
	}
	taken := mediaJSON
	if r.op.patch {
		taken = mediaPatch
	}
	media, params, err := mime.ParseMediaType(given)
	charset, hasCharset := params["charset"]
	switch {
	case err != nil,
		media != taken && media != mediaJSON,
		hasCharset && !strings.EqualFold(charset, "utf-8"):
		return fault.New(fault.MediaType, "media_type", fault.Args{"taken": taken})
	}
	return nil
}

func (r *request) readAll() ([]byte, error) {
	raw, err := io.ReadAll(r.gin.Request.Body)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.FormatInt(tooLarge.Limit, 10)})
	}
	if err != nil {
		return nil, fault.Wrap(fault.Malformed, "body_unreadable", err)
	}
	return raw, nil
}
