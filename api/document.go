package api

import "bytes"

// Document gives the contract in JSON, as /openapi.json answers it.
func Document() ([]byte, error) {
	c, err := readContract()
	if err != nil {
		return nil, err
	}
	return c.document, nil
}

// Text gives the contract in YAML, as it is written.
func Text() []byte { return bytes.Clone(contractText) }
