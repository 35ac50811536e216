//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// print writes to the command's output; a pipe that is closed ends the command.
func (sh shell) print(format string, args ...any) error {
	if _, err := fmt.Fprintf(sh.out, format, args...); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// json writes a value for scripts: one document, stable names.
func (sh shell) json(value any) error {
	encoder := json.NewEncoder(sh.out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// maxSecret is far above the longest password that is taken.
const maxSecret = 64 << 10

// secret reads a password from the input, without the end of its line.
func (sh shell) secret() (string, error) {
	text, err := io.ReadAll(io.LimitReader(sh.in, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if len(text) > maxSecret {
		return "", errors.New("read the password: there is no end to it")
	}
	secret, _ := strings.CutSuffix(string(text), "\n")
	secret, _ = strings.CutSuffix(secret, "\r")
	if secret == "" {
		return "", usage("the input holds no password")
	}
	return secret, nil
}
