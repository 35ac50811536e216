package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"accord/pkg/fault"
)

// depthLimit is how deep a body may be nested; the contract's deepest is 4.
const depthLimit = 32

// document is a body as it was read strictly: the tree of its values, and what
// is wrong with single ones of them that no schema can say.
type document struct {
	raw    []byte
	tree   map[string]any // numbers as json.Number
	faults fault.Fields
}

// readStrict reads a body that is one JSON object.
//
// It refuses with Malformed what is no such thing: broken UTF-8 or JSON, other
// values than an object, a key that stands twice, NUL or half a surrogate pair
// in a text, nesting beyond the limit, anything after the end.
func readStrict(raw []byte) (document, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return document{}, fault.New(fault.Malformed, "body_empty")
	}
	if !utf8.Valid(raw) {
		return document{}, fault.New(fault.Malformed, "body_not_utf8")
	}
	s := strict{decoder: json.NewDecoder(bytes.NewReader(raw)), halves: mayHoldHalves(raw)}
	s.decoder.UseNumber()
	value, err := s.value("", 0)
	if err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			return document{}, f
		}
		return document{}, fault.Wrap(fault.Malformed, "body_malformed", err)
	}
	tree, ok := value.(map[string]any)
	if !ok {
		return document{}, fault.New(fault.Malformed, "body_not_an_object")
	}
	if _, err := s.decoder.Token(); !errors.Is(err, io.EOF) {
		return document{}, fault.New(fault.Malformed, "body_trailing")
	}
	return document{raw: raw, tree: tree, faults: s.faults}, nil
}

// strict reads values one token at a time. It belongs to one readStrict.
type strict struct {
	decoder *json.Decoder
	halves  bool // whether a replacement character must come from half a surrogate pair
	faults  fault.Fields
}

func (s *strict) value(at string, depth int) (any, error) {
	token, err := s.decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if depth == depthLimit {
			return nil, fault.New(fault.Malformed, "body_too_deep", fault.Args{"max": strconv.Itoa(depthLimit)})
		}
		if token == '{' {
			return s.object(at, depth+1)
		}
		return s.array(at, depth+1)
	case string:
		return token, s.text(at, token)
	case json.Number:
		if strings.ContainsAny(token.String(), ".eE") || token == "-0" {
			s.faults.Add(at, "not_an_integer")
		}
		return token, nil
	default:
		return token, nil
	}
}

func (s *strict) object(at string, depth int) (map[string]any, error) {
	members := map[string]any{}
	for s.decoder.More() {
		token, err := s.decoder.Token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the decoder lets nothing else stand there
		pointer := at + "/" + escape(key)
		if err := s.text(pointer, key); err != nil {
			return nil, err
		}
		if _, twice := members[key]; twice {
			return nil, malformedAt(pointer, "duplicate_key")
		}
		if members[key], err = s.value(pointer, depth); err != nil {
			return nil, err
		}
	}
	_, err := s.decoder.Token()
	return members, err
}

func (s *strict) array(at string, depth int) ([]any, error) {
	items := []any{}
	for s.decoder.More() {
		item, err := s.value(at+"/"+strconv.Itoa(len(items)), depth)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := s.decoder.Token()
	return items, err
}

// text refuses a text that cannot be stored at all, and notes one that is no
// text for people.
func (s *strict) text(at, text string) error {
	if strings.ContainsRune(text, 0) || s.halves && strings.ContainsRune(text, utf8.RuneError) {
		return malformedAt(at, "nul_character")
	}
	if strings.ContainsFunc(text, control) {
		s.faults.Add(at, "control_character")
	}
	return nil
}

// control tells whether the character does something in place of standing for
// something: C0 and C1 but for tab and line breaks.
func control(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0
}

// mayHoldHalves tells whether a replacement character in a decoded text is the
// decoder's word for half a surrogate pair, and not one that was sent.
func mayHoldHalves(raw []byte) bool {
	return bytes.Contains(raw, []byte(`\u`)) &&
		!bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`))
}

func malformedAt(pointer, code string) error {
	return &fault.Error{Kind: fault.Malformed, Code: code, Fields: fault.Fields{{Pointer: pointer, Code: code}}}
}

// escape writes a key as a part of a JSON pointer.
func escape(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
