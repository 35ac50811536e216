package api

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// The contract as it is written. Handlers follow it, and never the other way
// round.
//
//go:embed openapi.yaml
var contractText []byte

// contract is openapi.yaml made ready for requests.
type contract struct {
	operations map[string]*operation // by operationId
	document   []byte                // what /openapi.json answers
	tag        string                // its ETag
	seed       string                // part of every ETag: other contracts give other representations
}

// operation is what the contract says of one operation.
type operation struct {
	id     string
	method string
	path   string // as in the contract, such as /api/v1/members/{number}
	params []parameter
	body   *openapi3.Schema // nil where it takes none
	form   *openapi3.Schema // of a body in several parts; nil where it takes none
	patch  bool             // the body is a merge patch
	status int              // of its success
}

// readContract gives openapi.yaml with what is checked on each request
// compiled. It is read once, for all doors of the process.
var readContract = sync.OnceValues(func() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(contractText)
	if err != nil {
		return nil, fmt.Errorf("read the contract: %w", err)
	}
	c := &contract{operations: map[string]*operation{}}
	if err := c.publish(doc); err != nil {
		return nil, err
	}
	for _, ref := range doc.Components.Schemas {
		flatten(ref.Value)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			compiled, err := compileOperation(method, path, op)
			if err != nil {
				return nil, fmt.Errorf("compile %s: %w", op.OperationID, err)
			}
			c.operations[op.OperationID] = compiled
		}
	}
	return c, nil
})

// publish makes what readers of the contract get.
func (c *contract) publish(doc *openapi3.T) error {
	plain, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write the contract as JSON: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, plain, "", "  "); err != nil {
		return fmt.Errorf("indent the contract: %w", err)
	}
	c.document = indented.Bytes()
	sum := sha256.Sum256(c.document)
	c.seed = hex.EncodeToString(sum[:8])
	c.tag = `"` + c.seed + `"`
	return nil
}

// flatten replaces each property that is a nullable reference, which OpenAPI 3.0
// can only write as an allOf of one, by the schema itself made nullable:
// faults within an allOf come without their place.
func flatten(schema *openapi3.Schema) {
	for _, property := range schema.Properties {
		if len(property.Value.AllOf) == 1 && property.Value.Nullable {
			nullable := *property.Value.AllOf[0].Value
			nullable.Nullable = true
			property.Value = &nullable
		}
	}
}

func compileOperation(method, path string, op *openapi3.Operation) (*operation, error) {
	compiled := &operation{id: op.OperationID, method: method, path: path}
	for _, ref := range op.Parameters {
		if ref.Value.In != openapi3.ParameterInQuery {
			continue // the path's are read by type, the headers' by their rules
		}
		param, err := compileParameter(ref.Value)
		if err != nil {
			return nil, err
		}
		compiled.params = append(compiled.params, param)
	}
	if op.RequestBody != nil {
		content := op.RequestBody.Value.Content
		if media := content[mediaJSON]; media != nil {
			compiled.body = media.Schema.Value
		}
		if media := content[mediaForm]; media != nil {
			compiled.form = media.Schema.Value
		}
		compiled.patch = content[mediaPatch] != nil
	}
	for code := range op.Responses.Map() {
		if status, err := strconv.Atoi(code); err == nil && status < 300 {
			compiled.status = status
		}
	}
	return compiled, nil
}
