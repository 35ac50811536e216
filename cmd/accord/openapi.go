//go:build unix

package main

import "accord/api"

type openAPICommand struct {
	JSON bool `help:"Print JSON, as /openapi.json answers; else YAML, as it is written."`
}

func (c openAPICommand) Run(sh shell) error {
	if !c.JSON {
		return sh.print("%s", api.Text())
	}
	document, err := api.Document()
	if err != nil {
		return err
	}
	return sh.print("%s\n", document)
}
