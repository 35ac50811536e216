// Package archtest holds the laws of the house by test: which package may
// import which, who writes which table, what a statement and an office must
// look like, and what the schema promises. It has no code of its own.
package archtest
